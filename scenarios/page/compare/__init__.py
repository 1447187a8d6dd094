"""The tab Compare: two scenarios side by side on the same shocks."""
