"""Drawn: where the boxes, lines and labels of a map or diagram lie."""
