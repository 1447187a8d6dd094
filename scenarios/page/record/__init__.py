"""The tab Record: the evidence itself."""
