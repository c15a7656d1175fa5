"""Inspection: what is in an export before it is imported, and the draft of a source file for it."""
