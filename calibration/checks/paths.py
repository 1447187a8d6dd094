"""Whether two paths give one log evidence: that of the fits, and from their draws to the prior."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration.fit.evidence import CLEAR, LEAST_FAMILIES, Evidence
from calibration.reports.report import Table


@dataclass(frozen=True)
class Paths:
    """The log evidence of the whole rules: ``up`` by the fits of the draws, and ``down``."""

    up: float
    up_error: float
    down: Evidence

    @property
    def agree(self) -> bool | None:
        """Whether they lie within two errors of each other; None if the way down settles nothing.

        Formula: |up - down| <= 2 sqrt(up error ** 2 + down error ** 2).
        """
        if not self.down.settled:
            return None
        reach = CLEAR * float(np.hypot(self.up_error, self.down.error))
        return abs(self.up - self.down.value) <= reach

    @property
    def sentence(self) -> str:
        """What the two paths say, in a sentence."""
        found = (
            f"log evidence {self.up:.2f} ± {self.up_error:.2f} by the fits, "
            f"{self.down.value:.2f} ± {self.down.error:.2f} from the draws down"
        )
        if self.agree is None:
            return (
                f"Whether both paths agree is not told ({found}; {self.down.families} families at "
                f"the least, {LEAST_FAMILIES} in each of two runs are needed)."
            )
        return f"The two paths {'agree' if self.agree else '**do not agree**'}: {found}."

    @property
    def table(self) -> Table:
        """Both paths, one a row."""
        down = self.down
        return Table(
            title="By the fits, and from their draws back to the prior",
            columns=("path", "log evidence", "error", "families"),
            rows=[
                ("up", f"{self.up:.2f}", f"{self.up_error:.2f}", "–"),
                ("down", f"{down.value:.2f}", f"{down.error:.2f}", str(down.families)),
            ],
        )

    @property
    def values(self) -> Mapping[str, Any]:
        """Both paths, for programs."""
        return {
            "up": self.up,
            "up_error": self.up_error,
            "down": self.down.value,
            "down_error": self.down.error,
            "families": self.down.families,
            "agree": self.agree,
        }
