"""Which labels mean the same language, how likely the declared one is, and how good a model is."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from emma.lid import agreement_scores
from emma.lid.labels import labels_agree
from emma.lid.measure import measure_model
from emma.lid.model import Model
from tests.lid.conftest import uniform


@pytest.mark.parametrize(
    ("declared", "said", "same"),
    [
        ("eng_Latn", "eng_Latn", True),
        ("eng_Latn", "sco_Latn", False),
        ("zho_Hans", "cmn_Hani", True),  # Mandarin in Chinese
        ("cmn_Hant", "zho_Hani", True),
        ("cmn_Hans", "yue_Hant", False),  # both Chinese, neither the other
        ("srp_Cyrl", "hbs_Cyrl", True),
        ("srp_Latn", "srp_Cyrl", False),
        ("jpn_Jpan", "jpn_Hira", True),
        ("swa_Latn", "swh_Latn", True),
        ("arb_Arab", "arz_Arab", False),
    ],
)
def test_labels_that_mean_the_same_language(declared: str, said: str, same: bool) -> None:
    assert labels_agree(declared, said) == labels_agree(said, declared) == same


def identified(rows: Sequence[dict[str, float]]) -> pa.Table:
    types = {"labels": pa.list_(pa.string()), "scores": pa.list_(pa.float32())}
    columns = {"labels": [list(row) for row in rows], "scores": [list(row.values()) for row in rows]}
    return pa.table({name: pa.array(columns[name], types[name]) for name in types})


def test_the_score_of_the_declared_language() -> None:
    known = ["eng_Latn", "hrv_Latn", "bos_Latn", "srp_Cyrl", "cmn_Hani"]
    cases: list[tuple[str, dict[str, float], float]] = [
        ("eng_Latn", {"eng_Latn": 0.9, "hrv_Latn": 0.1}, 0.9),
        ("eng_Latn", {"hrv_Latn": 0.9}, 0.0),
        ("hbs_Latn", {"hrv_Latn": 0.5, "bos_Latn": 0.3, "srp_Cyrl": 0.2}, 0.8),
        ("zho_Hant", {"cmn_Hani": 0.7}, 0.7),
        ("yor_Latn", {"eng_Latn": 0.99}, float("nan")),  # unknown to the model
        ("srp_Latn", {"hrv_Latn": 0.8}, float("nan")),  # known in Cyrillic only
        ("eng_Latn", {}, float("nan")),  # no letters
    ]
    table = identified([said for _, said, _ in cases])
    chunked = pa.concat_tables([table.slice(0, 3), table.slice(3)])
    expected = np.array([score for _, _, score in cases])
    for each in (table, chunked):
        scores = agreement_scores(each, [lang for lang, _, _ in cases], known)
        assert scores.dtype == np.float32
        np.testing.assert_allclose(scores, expected, rtol=1e-6)
    assert agreement_scores(table.slice(0, 0), [], known).shape == (0,)
    assert np.isnan(agreement_scores(identified([{}]), ["eng_Latn"], known)).all()


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
