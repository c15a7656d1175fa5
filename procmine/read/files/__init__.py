"""Files: opened once, hashed, unpacked, told apart, and their text as UTF-8."""
