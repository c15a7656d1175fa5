"""Branches: decision points, what was known before them, and what the choice is associated with."""
