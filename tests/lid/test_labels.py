"""What a model's labels mean, which mean the same language, and how likely the declared one is."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

from emma.lid import agreement_scores
from emma.lid.labels import labels_agree, resolve_labels


def test_labels_are_resolved_or_left_out_with_a_reason() -> None:
    rows = resolve_labels(["eng_Latn", "en", "zho_Hans", "cmn_Hani", "zxx_Zxxx", "als", "qaa", "xyz9"])
    assert [row.label for row in rows] == ["eng_Latn", "eng_Latn", "zho_Hans", "cmn_Hani", None, "als_Latn", None, None]
    assert all(row.reason for row in rows) and "not language" in rows[4].reason
    (wiki,) = resolve_labels(["als"], scheme="wiki")
    (mapped,) = resolve_labels(["xyz9"], codes={"xyz9": "nqo_Nkoo"})
    assert (wiki.label, mapped.label) == ("gsw_Latn", "nqo_Nkoo")


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
