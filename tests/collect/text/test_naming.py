"""Which language a text is in: the recipe's word, the code and its scheme, the policy."""

import pytest

from emma.collect.config import SourceConfig
from emma.collect.text.naming import Naming
from emma.errors import LanguageError
from emma.lang.scripts import written_evidence
from tests.conftest import TEXTS


def naming(policies: dict[str, str | dict[str, str]] | None = None, **changes: object) -> Naming:
    values = {"name": "s", "reader": "jsonl", "path": "f", "licence": "CC0-1.0", **changes}

    def identify(text: str) -> tuple[list[str | None], list[float]]:
        return ([None, "swc_Latn"], [0.3, 0.6]) if "lisanga" in text else (["swh_Latn"], [0.4])

    return Naming(SourceConfig.model_validate(values), policies or {}, identify)


@pytest.mark.parametrize(("scheme", "label"), [("wiki", "gsw_Latn"), ("iso639", "als_Latn")])
def test_the_scheme_reads_the_code(scheme: str, label: str) -> None:
    assert naming(scheme=scheme).of("als", "text")[0] == label


def test_what_the_recipe_says_is_not_read_by_the_scheme() -> None:
    of = naming(scheme="wiki", codes={"als": "als_Latn"}, lang2="sq")
    assert of.of("als", "text") == ("als_Latn", "the source's `codes`: als → als_Latn")
    assert of.of_other("als", "text") == ("sqi_Latn", "the source's `lang2`: sq")


@pytest.mark.parametrize("label", TEXTS)
def test_characters_that_were_counted_already_say_the_same(label: str) -> None:
    text, of = TEXTS[label], naming()
    for code in (label[:3], label, "kmr", "az", "sr", "zh", "ja", "pa"):
        assert of.of(code, text, written_evidence(text)) == of.of(code, text)


def test_macrolanguages_by_policy() -> None:
    of = naming({"swa": "lid", "aze": {"Latn": "azj", "Arab": "azb"}, "zho": "keep"})
    assert of.of("sw", "lisanga")[0] == "swc_Latn"
    assert of.of("sw", "habari")[0] == "swa_Latn"
    assert of.of("az", "Bütün insanlar ləyaqət və hüquqlarına görə azad doğulurlar")[0] == "azj_Latn"
    label, rule = of.of("az-Arab", "بوتون اینسانلار")
    assert label == "azb_Arab" and "aze → azb" in rule
    assert of.of("zh-Hans", TEXTS["zho_Hans"])[0] == "zho_Hans"
    assert of.of_other("sw", "lisanga")[0] == "swc_Latn", "each side of a pair for itself"
    assert of.of("en", "text") == naming().of("en", "text"), "others are left alone"


def test_a_text_without_a_language() -> None:
    with pytest.raises(LanguageError, match="names no language; set `lang`"):
        naming().of("", "text")
