"""What is written: whole folders, one command at a time, and CSV without formulas."""

from pathlib import Path

import pandas as pd
import pytest

from scenarios.disk import absolute, csv_text, one_at_a_time, whole_folder


def filled(place: Path, text: str) -> None:
    (place / "file").write_text(text)


def test_a_folder_takes_the_place_of_an_earlier_one_only_when_it_is_whole(tmp_path: Path) -> None:
    folder = tmp_path / "result"
    with whole_folder(folder) as place:
        filled(place, "one")
    with pytest.raises(FileNotFoundError), whole_folder(folder) as place:
        filled(place / "missing", "two")
    assert (folder / "file").read_text() == "one"
    with whole_folder(folder) as place:
        filled(place, "three")
    assert (folder / "file").read_text() == "three"
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_an_earlier_folder_moved_aside_by_a_command_that_was_killed_comes_back(
    tmp_path: Path,
) -> None:
    aside = tmp_path / ".result-earlier"
    aside.mkdir()
    filled(aside, "earlier")
    with pytest.raises(ZeroDivisionError), whole_folder(tmp_path / "result"):
        raise ZeroDivisionError
    assert (tmp_path / "result" / "file").read_text() == "earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_two_commands_into_one_result_are_refused(tmp_path: Path) -> None:
    with (
        one_at_a_time(tmp_path / "result"),
        one_at_a_time(tmp_path / "another"),
        pytest.raises(OSError, match=r"another command is writing .*result, now"),
        one_at_a_time(tmp_path / "result"),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_only_what_belongs_to_the_result_is_swept_up(tmp_path: Path) -> None:
    name = "0123456789abcdef" * 2
    own = [tmp_path / f".fit-{name}", tmp_path / f".fit.checkpoint-{name}"]
    others = [tmp_path / f".other-{name}", tmp_path / ".fit-0", tmp_path / f"fit-{name}"]
    for path in (*own, *others):
        path.touch()
    with one_at_a_time(tmp_path / "fit", tmp_path / "fit.checkpoint"):
        assert sorted(path for path in tmp_path.iterdir() if path.suffix != ".lock") == sorted(
            others
        )


def test_formulas_become_texts_and_numbers_stay(tmp_path: Path) -> None:
    cells = ["=1+1", "+cmd", "@x", "-x", "\tx", "-1.5", "+2e3", "-", "plain", 'a "b", c', "–"]
    table = pd.DataFrame({"text": cells, "number": range(-3, len(cells) - 3)})
    (tmp_path / "x.csv").write_text(csv_text(table))
    read = pd.read_csv(tmp_path / "x.csv", dtype={"text": str})
    assert read["text"].tolist() == [*(f"'{cell}" for cell in cells[:5]), *cells[5:]]
    assert read["number"].tolist() == table["number"].tolist()


def test_a_home_that_is_nobodys_and_a_ring_of_links_are_refused(tmp_path: Path) -> None:
    ring = tmp_path / "ring"
    ring.symlink_to(ring)
    with pytest.raises(OSError, match="home"):
        absolute(Path("~nobody-of-this-name/x"))
    with pytest.raises(OSError, match=r"[Ss]ymlink loop|symbolic links"):
        absolute(ring)
