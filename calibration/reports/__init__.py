"""What the checks found, as reports: the form all share, and one file a check."""
