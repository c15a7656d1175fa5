"""Engines: where tables lie and queries run."""
