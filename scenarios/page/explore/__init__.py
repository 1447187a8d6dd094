"""The tab Explore: one history, stepped quarter by quarter."""
