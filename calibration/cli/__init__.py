"""The command ``lilliput``: one file a command; ``main`` lists them."""
