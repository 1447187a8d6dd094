"""What the command that simulates batches says of one that is broken off."""

from calibration.cli.batch import BatchRequest
from scenarios.batch.manifest import Batch
from scenarios.batch.store import write_manifest


def test_a_batch_broken_off_before_its_first_file_says_how_it_goes_on(tmp_path) -> None:
    out = tmp_path / "batch"
    request = BatchRequest(names=["historical"], out=out, replicates=20)
    assert request.kept() == ""  # nothing is there yet
    out.mkdir()
    write_manifest(Batch(request.scenarios, request.draws, 20, request.seed, request.chunk), out)
    assert request.kept().startswith(f"0 of 1 files are complete and kept in {out}; the same")
    assert "--resume" in request.kept()
