"""The proofs of the calibration, one file a check; what each measures, not how it is told."""
