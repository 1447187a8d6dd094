"""``lilliput calibrate check``: the proofs of the calibration, each a command that leaves a report.

The commands stand in files by what they look at: the sampler, free histories, the record, what came
later, and what results are without a part. A new one is put on the list by one line below, and
told of in the dossier by one in ``calibration/dossier/sections.toml``.
"""

import typer

from calibration.cli.check.external import check_external
from calibration.cli.check.foresight import check_foresight
from calibration.cli.check.histories import check_predictive, check_prior, check_sensitivity
from calibration.cli.check.record import check_drivers, check_identified, check_nulls
from calibration.cli.check.sampler import check_noise, check_ranks, check_recovery
from calibration.cli.check.without import check_ablation, check_influence, check_leave_one_out
from scenarios.console import CommandGroup

check_app = typer.Typer(
    cls=CommandGroup,
    help="Prove the fit: each check leaves a report in docs/calibration.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


check_app.command("noise")(check_noise)
check_app.command("recovery")(check_recovery)
check_app.command("ranks")(check_ranks)
check_app.command("prior")(check_prior)
check_app.command("predictive")(check_predictive)
check_app.command("identified")(check_identified)
check_app.command("nulls")(check_nulls)
check_app.command("drivers")(check_drivers)
check_app.command("leave-one-out")(check_leave_one_out)
check_app.command("foresight")(check_foresight)
check_app.command("ablation")(check_ablation)
check_app.command("sensitivity")(check_sensitivity)
check_app.command("influence")(check_influence)
check_app.command("external")(check_external)
