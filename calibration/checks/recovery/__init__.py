"""Posteriors of records that the rules made themselves: whether intervals hold the true values."""
