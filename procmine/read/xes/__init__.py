"""XES: an event log in XML becomes a raw all-text table; expat judges, plain traces take a quick way."""
