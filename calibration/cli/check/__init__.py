"""``lilliput calibrate check``: a request and a report a check, in files by what they look at."""
