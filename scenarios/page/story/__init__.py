"""The tab Story: the break of 1961 in five cards with the record's own rows, a bet, the answer."""
