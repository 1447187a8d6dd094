"""The tab Calibration: posterior against prior, and the reports of the checks."""
