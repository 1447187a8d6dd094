"""The application that ``lilliput serve`` runs: the page with the evidence handed to it."""

import solara.lab

from calibration.cli.serve.material import material_of
from calibration.evidence.reading import read_evidence
from scenarios.page.explore.tab import tell_opening
from scenarios.page.server import mend_navigator, on_visit
from scenarios.page.tabs import routes_of

mend_navigator()
solara.lab.on_kernel_start(on_visit)
#: What every visitor is shown.
material = material_of(read_evidence())
material.simulated.warm_up()
# So that the first visitor need not wait for it.
tell_opening(material)
#: The addresses of the page; Solara looks for them under this name.
routes = routes_of(material)
