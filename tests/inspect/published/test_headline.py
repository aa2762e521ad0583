"""The gain in each of its readings, against the figures computed by hand from the published averages."""

from pathlib import Path

import numpy as np
import pytest

from emma.inspect.published.headline import draw_means, read_headline
from emma.inspect.published.tables import read_tables
from tests.inspect.published.made import AVERAGES, BASE, EMMA, write, write_all


@pytest.mark.parametrize(
    ("benchmarks", "how", "value"),
    [
        ("accuracy", "points", 4.83),
        ("accuracy", "mean of ratios", 0.144),
        ("accuracy", "ratio of means", 0.136),
        ("accuracy and MGSM", "points", 6.2),
        ("accuracy and MGSM", "ratio of means", 0.214),
        ("accuracy and MGSM", "mean of ratios", 0.488),
        ("accuracy and FLORES BLEU", "ratio of means", 0.215),
        ("accuracy, MGSM and FLORES chrF++", "points", 8.1),
        ("accuracy, MGSM and FLORES chrF++", "ratio of means", 0.292),
    ],
)
def test_the_published_averages_give_the_known_readings(
    tmp_path: Path, benchmarks: str, how: str, value: float
) -> None:
    write_all(tmp_path)
    readings = {(each.benchmarks, each.how): each for each in read_headline(read_tables(tmp_path), BASE, EMMA)}
    found = readings[benchmarks, how]
    assert found.value == pytest.approx(value, abs=0.05 if how == "points" else 0.0006) and not found.missing
    assert found.low_all < found.low <= found.value <= found.high < found.high_all


def test_one_language_leaves_the_languages_no_room_and_the_benchmarks_some(tmp_path: Path) -> None:
    write_all(tmp_path, ["swh_Latn"])
    for found in read_headline(read_tables(tmp_path), BASE, EMMA):
        assert found.low == found.high == pytest.approx(found.value)
        assert found.low_all < found.value < found.high_all


def test_benchmarks_are_drawn_for_both_models_alike(tmp_path: Path) -> None:
    """A tenth more on every benchmark is a tenth more on any of them, however far apart they are."""
    for name, mean in (("XCOPA", 20), ("SIB-200", 40), ("Taxi1500", 60)):
        write(tmp_path, name, "Model,swh_Latn,hin_Deva", f"{BASE},{mean},{mean}", f"{EMMA},{mean * 1.1},{mean * 1.1}")
    for found in read_headline(read_tables(tmp_path), BASE, EMMA):
        if found.how != "points":
            assert (found.count, found.low_all, found.high_all) == (3, pytest.approx(0.1), pytest.approx(0.1))


def test_benchmarks_that_are_not_there_are_named(tmp_path: Path) -> None:
    write_all(tmp_path)
    for name in ("xcopa", "mgsm_cot"):
        (tmp_path / f"{name}.csv").unlink()
    write(tmp_path, "xnli", "Model,Avg,swh_Latn", f"{EMMA},45,45")
    found = {(each.benchmarks, each.how): each for each in read_headline(read_tables(tmp_path), BASE, EMMA)}
    assert found["accuracy and MGSM", "points"].missing == ("XCOPA", "XNLI", "MGSM chain of thought")
    assert found["accuracy and MGSM", "points"].count == 6
    for name in AVERAGES:
        (tmp_path / f"{name}.csv").unlink(missing_ok=True)
    write(tmp_path, "other", "Model,Avg,swh_Latn", "A,1,1")
    assert read_headline(read_tables(tmp_path), BASE, EMMA) == []


def test_intervals_are_those_of_a_mean_of_languages() -> None:
    rng = np.random.default_rng(1)
    before = rng.normal(20, 5, 400)
    drawn, _ = draw_means(before, before + 1, rng)
    assert drawn[0] == pytest.approx(before.mean())
    assert drawn[1:].std() == pytest.approx(before.std() / 20, rel=0.1)
