"""What came later, foreseen from a fit to what was on record by some date.

Read ``later`` (what is measured), then ``report``.
"""
