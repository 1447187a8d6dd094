"""The command ``lilliput``: one file a command; ``main`` lists them and reads each in when called."""
