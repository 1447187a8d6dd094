"""The tab Explore: one history on Mesa's model, told from its first quarter to its last.

``view`` is what a link holds, ``told`` carries the history out, ``numbers`` is what the browser
draws, ``crowd`` the thousand histories behind it, ``files`` what can be taken away.
"""
