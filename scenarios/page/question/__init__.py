"""Questions that visitors build: what is asked (``own``), its cards (``cards``), the builder."""
