"""``lilliput serve``: the page in a browser, with evidence, drivers and checks handed to it.

Begin with ``main``, the command; ``app`` is what it runs, ``material`` what the page is shown, and
``dispute`` what follows where a reader reads a row otherwise.
"""
