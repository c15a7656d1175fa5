"""CSV: a delimited text becomes a raw all-text table, its structure verified byte by byte."""
