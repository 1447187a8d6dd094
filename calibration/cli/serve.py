"""``lilliput serve``: opens the page to a browser on this machine."""

import os
import secrets
import socket
import warnings
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any

import typer
from pydantic import field_validator

from calibration.cli.requests import Request, command, whole
from calibration.errors import CalibrationError
from simulation.errors import Problem
from simulation.schema import refuse

#: The modules of the extra ``page``, without which there is no page.
NEEDED = ("solara", "solara_assets", "ipyvuetify")
#: Seconds that open connections are given when the server ends, and that a silent visitor is given
#: to answer: on a busy machine nobody is sent away.
PATIENCE, SILENCE = 2, 120
_HIGHEST_PORT = 65535
#: Where Solara would look for files that its package of assets lacks.
_NOWHERE = "http://127.0.0.1:9/"


class ServeRequest(Request):
    """The address at which the page answers, once the extra ``page`` is known to be there."""

    command = "lilliput serve"
    title = "the page cannot be served"

    port: Annotated[
        int,
        whole(0, _HIGHEST_PORT),
        typer.Option(metavar="P", help="The port; 0 takes any that is free."),
    ] = 8765
    host: Annotated[
        str,
        typer.Option(
            metavar="H",
            help="The address to answer on; by default this machine alone can reach it.",
        ),
    ] = "127.0.0.1"
    #: The modules that are missing.
    missing: tuple[str, ...] = ()

    @field_validator("missing")
    @classmethod
    def _installed(cls, _missing: tuple[str, ...]) -> tuple[str, ...]:
        missing = tuple(name for name in NEEDED if find_spec(name) is None)
        if missing:
            allowed = 'what pip install "lilliput[page]" installs'
            refuse([Problem(cls.command, "packages", ", ".join(missing), allowed)])
        return missing


@command
def serve(request: ServeRequest) -> None:
    """Serve the page: step through a history in the browser.

    Nothing is fetched from the network and nothing is reported to anybody. There is no password:
    whoever reaches the address can use the page. Ctrl-C ends it.
    """
    door = listening(request)
    prepare_environment()
    # A remark of Solara's on cookies, made at every visit without https.
    warnings.filterwarnings("ignore", message="Cookies with samesite=none")
    app = _application()
    address, number = door.getsockname()[:2]
    host = f"[{address}]" if ":" in address else address
    typer.echo(f"The page is at http://{host}:{number} (Ctrl-C ends it)")
    with suppress(KeyboardInterrupt):
        _run(app, door)
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


def prepare_environment() -> None:
    """Settings that Solara reads when it is imported.

    No telemetry, nothing from the network, and sessions that end.
    """
    os.environ |= {
        "SOLARA_APP": "calibration.cli.serve_app",
        "SOLARA_ASSETS_CDN": _NOWHERE,
        "SOLARA_ASSETS_EXTRA_LOCATIONS": "scenarios.page.assets",
        "SOLARA_ASSETS_PROXY": "True",
        "SOLARA_MODE": "production",
        "SOLARA_SESSION_SECRET_KEY": secrets.token_hex(),
        "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
        "SOLARA_THEME_LOADER": "plain",
        "SOLARA_THEME_TITLE": "lilliput",
    }
    # How long a visitor's history is kept when the connection is lost; a tab that is closed is
    # forgotten at once.
    os.environ.setdefault("SOLARA_KERNEL_CULL_TIMEOUT", "10m")


def _application() -> Any:
    """Solara's server with the page in it; problems of the evidence come before it starts."""
    from solara.server.starlette import app

    import_module("calibration.cli.serve_app")
    return app


def _run(app: Any, door: socket.socket) -> None:
    """Answer on the socket until the server is ended."""
    import uvicorn

    settings = uvicorn.Config(
        app, log_level="error", timeout_graceful_shutdown=PATIENCE, ws_ping_timeout=SILENCE
    )
    uvicorn.Server(settings).run(sockets=[door])
