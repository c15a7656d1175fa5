"""Fit: how well a model and a log fit each other: alignment, token replay, precision, structure."""
