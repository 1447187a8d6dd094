"""The page, opened in a browser by ``lilliput serve``: one file a tab, listed in ``tabs``.

``material`` is what all visitors are shown from, ``simulated`` the histories they share, ``parts``
what tabs are made of; to add a tab, see ``tabs``.
"""
