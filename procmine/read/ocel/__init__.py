"""OCEL 2.0: an object-centric log (JSON, XML, SQLite), flattened to one object type, the price told."""
