"""Parquet: a file becomes a raw all-text table, its pages looked at before any reader believes them."""
