"""The address of a Dask scheduler, and the certificates with which it is reached (TLS)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulation.errors import Problem

_COMMAND = "lilliput batch"
_INSTALL = 'pip install "lilliput[cluster]"'


@dataclass(frozen=True)
class Certificates:
    """Files in PEM: of who vouches for the scheduler, and the certificate and key of this side.

    What is not named is as Dask is set to (``distributed.comm.tls``).
    """

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None

    def named(self) -> dict[str, Path]:
        """Those that are named, by their options."""
        every = {"--tls-ca": self.ca, "--tls-cert": self.cert, "--tls-key": self.key}
        return {option: path for option, path in every.items() if path is not None}

    def security(self) -> Any:
        """What Dask is told of them."""
        from distributed.security import Security

        keywords = {
            "tls_ca_file": self.ca,
            "tls_client_cert": self.cert,
            "tls_client_key": self.key,
        }
        return Security(**{name: str(path) for name, path in keywords.items() if path is not None})


#: No certificates but those that Dask is set to.
UNNAMED = Certificates()


def cluster_problems(
    address: str | None, workers: int | str | None, certificates: Certificates = UNNAMED
) -> list[Problem]:
    """What stands in the way of asking a cluster.

    No package, no address, workers here as well, or certificates that are missing, that are none,
    or that the address has no use for.
    """
    named = certificates.named()
    if address is None:
        allowed = "left out, unless --dask names a scheduler"
        return [Problem(_COMMAND, option, str(path), allowed) for option, path in named.items()]
    problems = []
    if workers is not None:
        allowed = "left out with --dask: the cluster has workers of its own"
        problems.append(Problem(_COMMAND, "--workers", workers, allowed))
    try:
        from distributed.comm.addressing import get_address_host_port, parse_address

        get_address_host_port(address)
        scheme = parse_address(address)[0]
        if scheme not in ("tcp", "tls"):
            raise ValueError(f"{scheme} is not among the ways in which machines are reached")
    except ImportError:
        allowed = f"given where the package distributed is installed; it is not here: {_INSTALL}"
        return [*problems, Problem(_COMMAND, "--dask", address, allowed)]
    except ValueError as error:
        allowed = f"the address of a Dask scheduler, such as tcp://10.0.0.5:8786 ({error})"
        return [*problems, Problem(_COMMAND, "--dask", address, allowed)]
    if scheme == "tls":
        return problems + _certificate_problems(address, certificates)
    allowed = "left out, unless the address begins with tls://: nothing is encrypted otherwise"
    return problems + [
        Problem(_COMMAND, option, str(path), allowed) for option, path in named.items()
    ]


def _certificate_problems(address: str, certificates: Certificates) -> list[Problem]:
    """Whether a scheduler with TLS can be spoken to at all."""
    named = certificates.named()
    missing = [(option, path) for option, path in named.items() if not path.is_file()]
    if missing:
        return [Problem(_COMMAND, each, str(path), "a file that exists") for each, path in missing]
    allowed = "reached with --tls-ca, --tls-cert and --tls-key, or as distributed.comm.tls is set"
    try:
        context = certificates.security().get_connection_args("client").get("ssl_context")
    except OSError as error:
        sound = f"reached with certificates and a key in PEM that belong together ({error})"
        return [Problem(_COMMAND, "--dask", address, sound)]
    return [] if context is not None else [Problem(_COMMAND, "--dask", address, allowed)]
