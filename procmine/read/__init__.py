"""Reading: a file in any of its spellings becomes a checked log store, and nothing is lost on the way."""
