"""The answers to requests: shares.csv against the figures it names."""

import shutil

import pytest

from calibration.errors import CalibrationError
from calibration.evidence.reading import FOLDER, read_evidence


def test_every_share_follows_from_its_figures() -> None:
    assert [answer.value for answer in read_evidence().shares] == [1.0, 0.0, 0.68, 0.375]


def test_every_fault_of_a_share_is_told(tmp_path) -> None:
    shutil.copytree(FOLDER, tmp_path / "evidence")
    path = tmp_path / "evidence" / "shares.csv"
    text = path.read_text(encoding="utf-8")
    text = text.replace("china-albania-1965-fyp4-asked-250m", "china-albania-1965-fyp4-asked-251m")
    text = text.replace(",1.0,0.85,1.0,target", ",0.5,0.85,1.0,targt")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CalibrationError) as caught:
        read_evidence(tmp_path / "evidence")
    found = [str(problem) for problem in caught.value.problems]
    assert len(found) == 4
    assert any("did you mean 'china-albania-1965-fyp4-asked-250m'" in problem for problem in found)
    assert any("did you mean 'target'" in problem for problem in found)
    assert any("allowed: from low = 0.85 to high = 1.0" in problem for problem in found)
    assert any("allowed: 50 / 50" in problem for problem in found)
