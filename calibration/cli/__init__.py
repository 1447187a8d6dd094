"""The command ``lilliput``: one file a command; ``main`` lists them all and reads each in when it is called."""
