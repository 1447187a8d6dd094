"""``lilliput serve``: opens the page to a browser on this machine."""

import os
import secrets
import socket
import warnings
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationInfo, field_validator

from calibration.cli.requests import Request, command, flag, option, whole
from calibration.errors import CalibrationError
from simulation.errors import Problem
from simulation.schema import refuse

if TYPE_CHECKING:
    import uvicorn

    from scenarios.page.gate import Gate


#: The modules of the extra ``page``, without which there is no page.
NEEDED = ("solara", "solara_assets", "ipyvuetify")
#: Seconds that a silent visitor is given to answer: on a busy machine nobody is sent away.
SILENCE = 120
_HIGHEST_PORT = 65535
#: Where Solara would look for files that its package of assets lacks.
_NOWHERE = "http://127.0.0.1:9/"


class ServeRequest(Request):
    """The address at which the page answers, once the extra ``page`` is known to be there."""

    command = "lilliput serve"
    title = "the page cannot be served"

    port: Annotated[
        int, whole(0, _HIGHEST_PORT), option("The port; 0 takes any that is free.", "P")
    ] = 8765
    host: Annotated[
        str, option("The address to answer on; by default this machine alone can reach it.", "H")
    ] = "127.0.0.1"
    allow_remote: Annotated[
        bool, flag("--allow-remote", "Let other machines reach the page too.")
    ] = False
    #: The modules that are missing.
    missing: tuple[str, ...] = ()

    @field_validator("allow_remote")
    @classmethod
    def _meant(cls, allow_remote: bool, info: ValidationInfo) -> bool:
        host = info.data.get("host", "127.0.0.1")
        if not (allow_remote or is_loopback(host)):
            allowed = "an address of this machine alone, or --allow-remote: there is no password"
            refuse([Problem(cls.command, "--host", host, allowed)])
        return allow_remote

    @field_validator("missing")
    @classmethod
    def _installed(cls, _missing: tuple[str, ...]) -> tuple[str, ...]:
        missing = tuple(name for name in NEEDED if find_spec(name) is None)
        if missing:
            allowed = 'installed; to install them: pip install "lilliput[page]"'
            refuse([Problem(cls.command, "packages", ", ".join(missing), allowed)])
        return missing


def is_loopback(host: str) -> bool:
    """Whether this machine alone can reach an address; a name is looked up."""
    try:
        places = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return True  # no address at all: listening will say so
    return all(ip_address(str(place[4][0]).partition("%")[0]).is_loopback for place in places)


@command
def serve(request: ServeRequest) -> None:
    """Serve the page: step through a history in the browser.

    Nothing is fetched from the network and nothing is reported to anybody. There is no password:
    with --allow-remote whoever reaches the address can use the page, on this machine's time. Ctrl-C
    ends it.
    """
    door = listening(request)
    address, number = door.getsockname()[:2]
    host = f"[{address}]" if ":" in address else address
    prepare_environment(f"http://{host}:{number}/")
    # A remark of Solara's on cookies, made at every visit without https.
    warnings.filterwarnings("ignore", message="Cookies with samesite=none")
    app, close = _application(number, request)
    server = _server(app)
    try:
        # A signal ends it quietly from when its address is told, not only once it answers.
        with suppress(KeyboardInterrupt), server.capture_signals():
            typer.echo(f"The page is at http://{host}:{number} (Ctrl-C ends it)")
            if request.allow_remote:
                typer.echo(
                    "Whoever reaches this address can use the page and this machine's processor;"
                    " there is no password, and what is sent can be read on the way"
                )
            server.run(sockets=[door])
    finally:
        close()
    typer.echo("The page is closed")


def listening(request: ServeRequest) -> socket.socket:
    """A socket that listens on an address.

    Raises ``CalibrationError`` for a port that is taken and a host that is not of this machine.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(
            request.host, request.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        both = family == socket.AF_INET6 and socket.has_dualstack_ipv6()
        return socket.create_server(address, family=family, dualstack_ipv6=both)
    except OSError as error:
        allowed = f"an address of this machine with a port that is free ({error.strerror or error})"
        place = f"{request.host}:{request.port}"
        problem = Problem(request.command, "--host, --port", place, allowed)
        raise CalibrationError(request.title, [problem]) from error


def prepare_environment(address: str) -> None:
    """Settings that Solara reads when it is imported.

    No telemetry, nothing from the network, sessions that end, and an ``address`` that no request
    can change.
    """
    os.environ |= {
        "SOLARA_APP": "calibration.cli.serve.app",
        "SOLARA_ASSETS_CDN": _NOWHERE,
        "SOLARA_ASSETS_EXTRA_LOCATIONS": "scenarios.page.assets",
        "SOLARA_ASSETS_PROXY": "True",
        "SOLARA_BASE_URL": address,
        "SOLARA_MODE": "production",
        "SOLARA_ROOT_PATH": "",
        "SOLARA_SESSION_SECRET_KEY": secrets.token_hex(),
        "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
        "SOLARA_THEME_LOADER": "plain",
        "SOLARA_THEME_TITLE": "lilliput",
    }
    # How long a visitor's history is kept when the connection is lost; a tab that is closed is
    # forgotten at once.
    os.environ.setdefault("SOLARA_KERNEL_CULL_TIMEOUT", "10m")


def _application(port: int, request: ServeRequest) -> "tuple[Gate, Callable[[], None]]":
    """Solara's server with the page in it, behind the gate, and what ends its worker processes.

    Problems of the evidence come before it starts.
    """
    from solara.server import settings
    from solara.server.starlette import app

    from scenarios.page.gate import Gate
    from scenarios.page.server import admit, leave
    from scenarios.page.tabs import TABS, style_sheet

    page = import_module("calibration.cli.serve.app")
    names = (request.host, socket.gethostname(), socket.getfqdn()) if request.allow_remote else ()
    tabs = {"/" + tab.path.strip("/"): tab.title for tab in TABS}
    files = Path(settings.assets.proxy_cache_dir)
    gate = Gate(app, port, files, names, request.allow_remote, tabs, style_sheet(), admit, leave)
    return gate, page.material.simulated.close


def _server(app: "Gate") -> "uvicorn.Server":
    """What answers on a socket until it is ended."""
    import uvicorn

    settings = uvicorn.Config(
        app,
        log_level="critical",  # at the end it would count the visitors who are sent away
        timeout_graceful_shutdown=0,
        ws_ping_timeout=SILENCE,
        proxy_headers=False,
        server_header=False,
    )
    return uvicorn.Server(settings)
