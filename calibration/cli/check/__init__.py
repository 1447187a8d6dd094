"""``lilliput calibrate check``: one file a check."""
