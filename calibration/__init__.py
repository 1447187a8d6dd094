"""What the evidence says about the parameters: record, likelihood, and draws that fit it."""
