"""The tab Record: the evidence itself, as a time line and a table whose rows open."""
