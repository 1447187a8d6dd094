"""Sets the processor time of a batch of the whole catalogue beside that of another checkout.

    python benchmarks/forks.py OTHER_CHECKOUT [--replicates 4096] [--rounds 3] [--workers 1]

Both simulate the catalogue into folders of their own, in turns, so that a busy machine slows both;
each in a fresh process that has read everything in and compiled before its clock runs. It counts
the processor seconds of the process and of its workers, user and system, and compares the files of
histories byte by byte: exit status 1 if any differs.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
#: Carried out from the root of a checkout: its processor seconds, and the most memory of a process
#: in MiB.
PROGRAM = """
import os, resource, sys
from pathlib import Path
from scenarios.batch.run import run_batch
from scenarios.draws import read_draws
from scenarios.files import catalogue

folder, replicates, workers = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
scenarios, draws = [file.scenario for file in catalogue().values()], read_draws()
run_batch(scenarios[:2], draws, 1024, 1, folder / "warm", workers=1)
start = sum(os.times()[:4])
run_batch(scenarios, draws, replicates, 1, folder / "batch", workers=workers)
seconds = sum(os.times()[:4]) - start
who = resource.RUSAGE_SELF if workers == 1 else resource.RUSAGE_CHILDREN
print(seconds, resource.getrusage(who).ru_maxrss / 1024)
"""


def measured(checkout: Path, replicates: int, workers: int) -> tuple[float, float, dict[str, str]]:
    """Processor seconds and peak memory of a batch in a checkout, and the digests of its files."""
    with tempfile.TemporaryDirectory(prefix="lilliput-forks-") as folder:
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM, folder, str(replicates), str(workers)],
            cwd=checkout,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            sys.exit(f"{checkout}: the batch could not be made\n{ran.stderr}")
        batch = Path(folder) / "batch"
        digests = {
            str(path.relative_to(batch)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(batch.rglob("*.parquet"))
        }
        seconds, peak = map(float, ran.stdout.split())
        return seconds, peak, digests


def main() -> None:
    """Measure both checkouts in turns, and print the seconds and their ratio as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("other", type=Path, help="the folder of another checkout")
    parser.add_argument("--replicates", type=int, default=4096)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    checkouts = {"here": ROOT, "other": arguments.other.resolve()}
    seconds: dict[str, list[float]] = {name: [] for name in checkouts}
    memory: dict[str, float] = dict.fromkeys(checkouts, 0.0)
    files: dict[str, dict[str, str]] = {}
    for _ in range(arguments.rounds):
        for name, checkout in checkouts.items():
            took, peak, files[name] = measured(checkout, arguments.replicates, arguments.workers)
            seconds[name].append(round(took, 2))
            memory[name] = max(memory[name], round(peak))
    unlike = [path for path, digest in files["other"].items() if files["here"].get(path) != digest]
    ratios = [here / other for here, other in zip(*seconds.values(), strict=True)]
    report: dict[str, Any] = {
        "replicates": arguments.replicates,
        "workers": arguments.workers,
        "files": len(files["other"]),
        "files_that_differ": unlike,
        "processor_seconds": seconds,
        "peak_mib": memory,
        "ratio": round(median(ratios), 3),
    }
    print(json.dumps(report, indent=2))
    if unlike:
        sys.exit(1)


if __name__ == "__main__":
    main()
