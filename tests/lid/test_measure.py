"""How good a model is: per language and in all, and what it takes for what."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from emma.lid.measure import measure_model
from emma.lid.model import Model
from tests.lid.conftest import uniform


def test_measuring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"a": "eng_Latn", "b": "eng_Latn", "c": "cmn_Hani", "d": "deu_Latn", "e": "eng_Latn", "f": None}
    model = uniform(tmp_path / "model.bin", ["eng_Latn", "deu_Latn", "cmn_Hani"], [0.4, 0.3, 0.3])
    answers: Callable[..., object] = lambda _, texts, k: (  # noqa: E731
        pa.array([[said[text]] if said[text] else [] for text in texts.to_pylist()], pa.list_(pa.string())),
        None,
    )
    monkeypatch.setattr(Model, "identify_column", answers)
    langs = ["eng_Latn", "deu_Latn", "zho_Hans", "deu_Latn", "yor_Latn", "eng_Latn"]
    found = measure_model(model, pa.table({"lang": langs, "text": list("abcdef")}))
    rows = {row.pop("lang"): row for row in found.languages.to_pylist()}
    assert rows["eng_Latn"] == {"known": True, "lines": 2, "precision": 0.5, "recall": 0.5, "f1": 0.5}
    assert rows["deu_Latn"] == {"known": True, "lines": 2, "precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3)}
    assert rows["zho_Hans"] == {"known": True, "lines": 1, "precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert rows["yor_Latn"] == {"known": False, "lines": 1, "precision": None, "recall": None, "f1": None}
    assert found.means == {
        "languages": 4,
        "languages_known": 3,
        "lines": 5,
        "macro_f1": pytest.approx((0.5 + 2 / 3 + 1) / 3, abs=1e-4),
        "accuracy": 0.6,
    }
    assert [tuple(row.values()) for row in found.confusions.to_pylist()] == [
        ("deu_Latn", "eng_Latn", 1, 0.5),
        ("eng_Latn", None, 1, 0.5),
        ("yor_Latn", "eng_Latn", 1, 1.0),
    ]
