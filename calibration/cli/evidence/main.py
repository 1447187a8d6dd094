"""``lilliput evidence``: the commands, in files by what they show."""

import typer

from calibration.cli.evidence.agreement import show_agreement
from calibration.cli.evidence.rows import list_evidence, show_evidence
from calibration.cli.evidence.use import check_evidence, show_used
from scenarios.console import CommandGroup

evidence_app = typer.Typer(
    cls=CommandGroup,
    help="The documented evidence: aid, terms, cuts, events, support, rates.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
evidence_app.command("list")(list_evidence)
evidence_app.command("show")(show_evidence)
evidence_app.command("check")(check_evidence)
evidence_app.command("used")(show_used)
evidence_app.command("agreement")(show_agreement)
