"""The scenarios that ship, and the file that one begins with."""
