"""Every code that occurs in the development data has an outcome that somebody has looked at."""

import os
from pathlib import Path

import pytest

from emma.lang.codes import resolve
from emma.lang.registry import RefusedError
from emma.lang.tables import Scheme

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("EMMA_DATA", ROOT.parent / "shared" / "data"))


def golden() -> dict[tuple[Scheme, str], str]:
    lines = (Path(__file__).parent / "golden.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {(scheme, code): outcome for scheme, code, outcome in rows}  # type: ignore[misc]


def outcome(scheme: Scheme, code: str) -> str:
    try:
        return resolve(code, scheme=scheme).label
    except RefusedError as refusal:
        return refusal.kind


def test_every_code_has_its_outcome() -> None:
    table = golden()
    assert {key: outcome(*key) for key in table} == table
    assert len(table) > 3_900


@pytest.mark.skipif(not (DATA / "README.md").exists(), reason="the development data is not here (set EMMA_DATA)")
def test_no_code_of_the_data_is_missing() -> None:
    from tests.lang.found import codes

    found = {(scheme, code) for _, scheme, code in codes(DATA)}
    assert found - set(golden()) == set()
    assert len(found) > 3_900


# Codes that a look at the text behind them decided, source by source.
REVIEWED = [
    ("wiki", "als", "gsw_Latn"),
    ("iso639", "als", "als_Latn"),
    ("wiki", "mo", "ron_Cyrl"),
    ("wiki", "nrm", "nrf_Latn"),
    ("wiki", "eml", "egl_Latn"),
    ("wiki", "arc", "arc_Syrc"),
    ("wiki", "crh-ro", "crh_Latn"),
    ("wiki", "nah", "collection"),
    ("wiki", "qqq", "pseudo"),
    ("android", "qq", "pseudo"),
    ("android", "b+be+x+old", "bel_Cyrl"),
    ("android", "ji", "yid_Hebr"),
    ("bcp47", "ak-asante", "twi_Latn"),
    ("bcp47", "und", "special"),
    ("flores", "ajp_Arab", "apc_Arab"),
    ("name", "toba_batak", "bbc_Latn"),
    ("name", "banjarese", "bjn_Latn"),
    ("iso639", "gji", "retired"),
    ("any", "qfn", "private"),
]


@pytest.mark.parametrize(("scheme", "code", "label"), REVIEWED)
def test_reviewed(scheme: Scheme, code: str, label: str) -> None:
    assert outcome(scheme, code) == label
