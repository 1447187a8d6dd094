"""Places that nothing can be read from or written to, and files that are sound but for a little."""

import os
import shutil
from pathlib import Path

CASES = Path(__file__).parents[1] / "cases"


def prepared(folder: Path) -> dict[str, str]:
    """Make such places in a folder; their paths by the marks that stand for them."""
    pipe, loop, inner, file, secret = (
        folder / name for name in ("pipe", "loop", "folder", "file", "secret")
    )
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    inner.mkdir()
    file.write_text("nothing\n")
    secret.write_text("nothing\n")
    secret.chmod(0)
    made = {"pipe": pipe, "loop": loop, "folder": inner, "file": file, "secret": secret}
    for case in CASES.iterdir():
        shutil.copy(case, folder)
    made |= {
        "toml": folder / "deep.toml",
        "parquet": folder / "many-rows.parquet",
        "json": folder / "deep.json",
        "csv": folder / "wide.csv",
        "checkpoint": folder / "cut.checkpoint",
        "batch": folder / "batch",
    }
    (folder / "batch").mkdir()
    shutil.copy(CASES / "surrogate.json", folder / "batch" / "_manifest.json")
    return {f"<{name}>": str(path) for name, path in made.items()}
