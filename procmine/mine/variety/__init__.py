"""Variety: how different the courses of a log are from each other."""
