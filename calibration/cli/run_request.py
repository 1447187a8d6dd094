"""The documented record under the name by which other rooms still know it."""

from calibration.evidence.record import documented_record
from scenarios.arguments import MOST_SEED

__all__ = ["MOST_SEED", "documented_record"]
