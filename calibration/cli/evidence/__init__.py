"""``lilliput evidence``: lists the documented figures and events, shows one, checks them all.

Begin with ``main``, the list of commands; ``options`` is what they share.
"""
