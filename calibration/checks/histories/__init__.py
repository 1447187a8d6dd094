"""What free histories bring of themselves: under the priors, and under the fitted rules."""
