"""On which parameters and drivers the breaks depend: global sensitivity."""
