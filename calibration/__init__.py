"""What the evidence says about the parameters: the record, its likelihood under the rules, and draws that fit it."""
