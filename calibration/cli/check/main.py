"""``lilliput calibrate check``: the proofs of the calibration, each a command that leaves a report.

A check is a function in a file of its own (``calibration/cli/check/predictive.py`` and the like); it is put on the list
by one import and one line below. Libraries that take long to read in are imported inside the functions.
"""

import typer

from calibration.cli.check.ablation import check_ablation
from calibration.cli.check.identified import check_identified
from calibration.cli.check.influence import check_influence
from calibration.cli.check.leave_one_out import check_leave_one_out
from calibration.cli.check.noise import check_noise
from calibration.cli.check.nulls import check_nulls
from calibration.cli.check.predictive import check_predictive
from calibration.cli.check.prior import check_prior
from calibration.cli.check.recovery import check_ranks, check_recovery
from calibration.cli.check.sensitivity import check_sensitivity

check_app = typer.Typer(
    help="Prove the fit: each check leaves a report in docs/calibration.", no_args_is_help=True
)


@check_app.callback()
def _group() -> None:
    """Prove the fit: each check leaves a report (text, JSON, figures) in docs/calibration."""


check_app.command("noise")(check_noise)
check_app.command("recovery")(check_recovery)
check_app.command("ranks")(check_ranks)
check_app.command("prior")(check_prior)
check_app.command("predictive")(check_predictive)
check_app.command("identified")(check_identified)
check_app.command("nulls")(check_nulls)
check_app.command("leave-one-out")(check_leave_one_out)
check_app.command("ablation")(check_ablation)
check_app.command("sensitivity")(check_sensitivity)
check_app.command("influence")(check_influence)
