"""How the documentation is built: ``make docs`` writes it to ``build/docs``, to be read offline.

The whole checkout is the source, so that links lead to the same files here and there; what is taken
up is listed in ``include_patterns``.
"""

import os
import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

project = "lilliput"
author = project_copyright = "The lilliput authors"
version = release = version_of("lilliput")

extensions = ["myst_nb", "sphinx.ext.autodoc"]
root_doc = "docs/index"
include_patterns = [
    "docs/**",
    "notebooks/*.ipynb",
    "*.md",
    "scenarios/glossary.md",
    "simulation/drivers/CODEBOOK.md",
    "calibration/evidence/**.md",
]
exclude_patterns = [
    ".*",
    "docs/generated/parts",
    "build",
    "dist",
    "results",
    "**/.ipynb_checkpoints",
]

html_theme = "furo"
html_title = f"lilliput {release}"
html_extra_path = ["site"]
html_show_sphinx = False
html_copy_source = False

# Headings can be linked to as on code hosts; a link that leads nowhere is an error.
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "deflist"]

# Notebooks are executed each time, in the checkout; `LILLIPUT_NOTEBOOKS=off` shows them unexecuted.
nb_execution_mode = os.environ.get("LILLIPUT_NOTEBOOKS", "force")
nb_execution_raise_on_error = True
nb_execution_timeout = 600
nb_execution_show_tb = True
nb_ipywidgets_js: dict[str, Any] = {}
os.environ["PYTHONPATH"] = str(ROOT)

autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints = "signature"


def setup(app: Any) -> None:
    """Write the pages that are taken from the files of the model before anything is read."""
    from docs.tables import write_all

    app.connect("builder-inited", lambda _: write_all())
