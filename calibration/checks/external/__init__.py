"""Series of years that nobody fitted, beside free and conditioned histories and simple accounts.

Read ``series`` (the file), ``accounts`` (what might explain a series without the rules), ``beside``
(how near rules and accounts come), ``report``.
"""
