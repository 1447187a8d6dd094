"""What an attack found: how often it was made, and what did not stand."""

from dataclasses import dataclass, field


@dataclass
class Finding:
    """An attack, how often it was made, what was to come of it, and the faults."""

    attack: str
    expected: str
    times: int = 0
    unit: str = ""
    faults: list[str] = field(default_factory=list)

    def expect(self, holds: bool, what: str) -> None:
        """Note a fault unless what was expected holds."""
        if not holds:
            self.faults.append(what)

    def row(self) -> str:
        """A row of the table in docs/reliability.md."""
        count = f"{self.times:,} {self.unit}".strip()
        came = "as expected" if not self.faults else f"{len(self.faults)} faults"
        return f"| {self.attack} | {count} | {self.expected} | {came} |"
