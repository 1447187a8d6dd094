"""What is mended of Solara 1.64: a slip of the pen, of which the browser's console would complain at every visit."""

from pathlib import Path

import ipyvue
import reacton.core
import solara.widgets
import traitlets

_SLIP, _MEANT = "modules.export =", "module.exports ="


class Navigator(solara.widgets.Navigator):  # type: ignore[misc]
    """Solara's own navigator, whose script is named as the browser expects it."""

    template_file = None

    @traitlets.default("template")
    def _mended(self) -> ipyvue.Template:
        written = Path(solara.widgets.Navigator.template_file).read_text(encoding="utf-8")
        return ipyvue.Template(template=written.replace(_SLIP, _MEANT))


def mend_navigator() -> None:
    """Let Solara take the mended navigator; one without the slip is taken as it is."""
    solara.Navigator = reacton.core.ComponentWidget(Navigator)
