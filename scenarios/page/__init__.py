"""The page: one module a tab, opened in a browser by ``lilliput serve``. To add a tab, see ``scenarios.page.tabs``."""
