"""Findings put into words, charts and pages: compose says what is said, one renderer a format says how it looks."""
