"""Shows that two checkouts of lilliput simulate the same histories, to the last bit.

    python benchmarks/same_rules.py OTHER_CHECKOUT [--carry]

Draws and check reports that ship name the fingerprints of the rules and of the parameter table they
were made with. When these are rewritten but not what they compute, this program simulates the whole
catalogue with both checkouts and compares every quantity of every quarter and every number. With
``--carry``, and only if nothing differs, draws and reports of this checkout are given its present
fingerprints, beside those they were made with. The interpreter that runs it must have what lilliput
depends on.
"""

import argparse
import hashlib
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "calibration" / "posterior"
#: Histories of each scenario, and the seed of their shocks.
HISTORIES, SEED = 128, 1
TODAY = datetime.now(UTC).date().isoformat()
#: Carried out from the root of a checkout: fingerprints of every quantity, scenario by scenario.
PROGRAM = """
import hashlib, json
from scenarios.draws import parameters_for, read_draws
from scenarios.files import catalogue
from simulation.ensemble import simulate
from simulation.model import AllianceModel
from simulation.parameters import parameter_table
try:
    from simulation.stages import array_fields
except ImportError:  # where a checkout of version 0.1 has it
    from simulation.state import array_fields

model = AllianceModel(seed={seed})
model.step()
quantities = sorted(array_fields(model.state) | array_fields(model.account))
draws = read_draws()
numbers = [
    (name, row.rule, row.unit, row.default, row.low, row.high, row.family, row.spread)
    for name, row in sorted(parameter_table().items())
]
digests = {{"draws": draws.id, "numbers of the parameter table": repr(numbers)}}
for name, file in catalogue().items():
    parameters = parameters_for(draws, 0, {histories})
    arrays = simulate(parameters, file.scenario, seed={seed}, keep=quantities).arrays
    for quantity, array in arrays.items():
        digests[f"{{name}}: {{quantity}}"] = hashlib.sha256(array.tobytes()).hexdigest()
print(json.dumps(digests))
"""


def digests_of(checkout: Path) -> dict[str, str]:
    """Fingerprints of every quantity of every scenario, as a checkout simulates them."""
    program = PROGRAM.format(histories=HISTORIES, seed=SEED)
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=checkout, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        sys.exit(f"{checkout}: the histories could not be simulated\n{ran.stderr}")
    digests: dict[str, str] = json.loads(ran.stdout)
    return digests


def carry(digest: str) -> list[Path]:
    """Give what ships the present fingerprints; returns the files that were changed."""
    from calibration.origin import rules_hash
    from scenarios.draws import table_hash

    present = {"rules": rules_hash(), "parameter_table": table_hash()}
    changed = []
    for path in (SHIPPED / "published.json", *sorted((SHIPPED / "reports").glob("*.json"))):
        entry = json.loads(path.read_text(encoding="utf-8"))
        origin = entry.get("origin", entry)
        earlier = {name: origin[name] for name in present}
        if earlier == present:
            continue
        step = {"from": earlier, "date": TODAY, "histories": digest}
        origin |= present | {"carried": [*origin.get("carried", []), step]}
        path.write_text(json.dumps(entry, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        changed.append(path)
    return changed


def main() -> None:
    """Compare two checkouts; exit status 1 if any quantity differs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("other", type=Path, help="the folder of another checkout")
    parser.add_argument("--carry", action="store_true", help="write the present fingerprint")
    arguments = parser.parse_args()
    here, there = digests_of(ROOT), digests_of(arguments.other.resolve())
    unlike = [name for name, digest in there.items() if here.get(name) != digest]
    for name in unlike:
        print(f"differs: {name}")
    alike = len(there) - len(unlike)
    print(f"{alike} of {len(there)} quantities of {arguments.other} are the same to the last bit")
    if unlike:
        sys.exit(1)
    if arguments.carry:
        digest = hashlib.sha256(json.dumps(here, sort_keys=True).encode()).hexdigest()
        for path in carry(digest):
            print(f"carried over: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
