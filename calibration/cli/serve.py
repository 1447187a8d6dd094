"""``lilliput serve``: opens the page to a browser on this machine."""

import os
import secrets
import socket
import warnings
from contextlib import suppress
from importlib.util import find_spec
from typing import Annotated, Any

import typer

from calibration.errors import CalibrationError
from scenarios.arguments import whole_number
from scenarios.console import reporting_errors
from simulation.errors import Problem, raise_if_any

#: The modules of the extra ``page``, without which there is no page.
NEEDED = ("solara", "solara_assets", "ipyvuetify")
#: Seconds that open connections are given when the server ends, and that a silent visitor is given to answer: on a busy
#: machine nobody is sent away.
PATIENCE, SILENCE = 2, 120
_HIGHEST_PORT = 65535
#: Where Solara would look for files that its package of assets lacks.
_NOWHERE = "http://127.0.0.1:9/"


def serve(
    port: Annotated[
        str, typer.Option(metavar="P", help="The port; 0 takes any that is free.")
    ] = "8765",
    host: Annotated[
        str,
        typer.Option(
            metavar="H",
            help="The address to answer on; by default this machine alone can reach it.",
        ),
    ] = "127.0.0.1",
) -> None:
    """Serve the page: step through a history in the browser.

    Nothing is fetched from the network and nothing is reported to anybody. There is no password: whoever reaches the
    address can use the page. Ctrl-C ends it.
    """
    with reporting_errors():
        door = opened(host, port)
        prepare_environment()
        _quiet()
        app = _application()
    address, number = door.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    typer.echo(f"The page is at http://{shown}:{number} (Ctrl-C ends it)")
    with suppress(KeyboardInterrupt):
        _run(app, door)
    typer.echo("The page is closed")


def opened(host: str, port: str) -> socket.socket:
    """A socket that listens on an address, once the extra ``page`` is known to be there.

    Raises ``CalibrationError`` that lists every problem: the extra missing, a port that is no number or taken, a host
    that is not of this machine.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    problems = [
        Problem(
            "lilliput serve",
            "packages",
            ", ".join(missing),
            'what pip install "lilliput[page]" installs',
        )
    ][: len(missing)]
    number, wrong = whole_number("--port", port, 0, _HIGHEST_PORT, command="lilliput serve")
    problems += wrong
    raise_if_any("the page cannot be served", problems, CalibrationError)
    try:
        return _listening(host, number)
    except OSError as error:
        allowed = f"an address of this machine with a port that is free ({error.strerror or error})"
        problem = Problem("lilliput serve", "--host, --port", f"{host}:{number}", allowed)
        raise CalibrationError("the page cannot be served", [problem]) from error


def _listening(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    door = socket.socket(family, kind, protocol)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)
        door.listen()
    except OSError:
        door.close()
        raise
    return door


def prepare_environment() -> None:
    """Settings that Solara reads when it is imported: no telemetry, nothing from the network, sessions that end."""
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
    # How long a visitor's history is kept when the connection is lost; a tab that is closed is forgotten at once.
    os.environ.setdefault("SOLARA_KERNEL_CULL_TIMEOUT", "10m")


def _quiet() -> None:
    """Leave out a remark of Solara's on cookies of pages within other pages, made at every visit without https."""
    warnings.filterwarnings("ignore", message="Cookies with samesite=none")


def _application() -> Any:
    """Solara's server with the page in it; the evidence is read here, so that its problems are told at once."""
    from solara.server.starlette import app

    import calibration.cli.serve_app  # noqa: F401  (problems of the evidence come before the server starts)

    return app


def _run(app: Any, door: socket.socket) -> None:
    """Answer on the socket until the server is told to end."""
    import uvicorn

    settings = uvicorn.Config(
        app, log_level="error", timeout_graceful_shutdown=PATIENCE, ws_ping_timeout=SILENCE
    )
    uvicorn.Server(settings).run(sockets=[door])
