"""All checks on one page, for a reader who doubts the model."""
