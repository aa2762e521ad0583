"""Which language a text is in: the recipe's word, the code and its scheme, the policy."""

import pytest

from emma.collect.config import SourceConfig
from emma.collect.text.naming import Naming
from emma.errors import LanguageError
from emma.lang.language import Lang
from emma.lang.scripts import written_evidence
from tests.conftest import TEXTS


def naming(policies: dict[str, str | dict[str, str]] | None = None, **changes: object) -> Naming:
    values = {"name": "s", "reader": "jsonl", "path": "f", "licence": "CC0-1.0", **changes}

    def identify(text: str) -> tuple[list[str | None], list[float]]:
        return ([None, "swc_Latn"], [0.3, 0.6]) if "lisanga" in text else (["swh_Latn"], [0.4])

    return Naming(SourceConfig.model_validate(values), policies or {}, identify)


@pytest.mark.parametrize(("scheme", "label"), [("wiki", "gsw_Latn"), ("iso639", "als_Latn")])
def test_the_scheme_reads_the_code(scheme: str, label: str) -> None:
    assert naming(scheme=scheme).name_text("als", "text")[0].label == label


def test_what_the_recipe_says_is_not_read_by_the_scheme() -> None:
    of = naming(scheme="wiki", codes={"als": "als_Latn"}, lang2="sq")
    assert of.name_text("als", "text") == (Lang("als", "Latn"), "the source's `codes`: als → als_Latn")
    assert of.name_translation("als", "text") == (Lang("sqi", "Latn"), "the source's `lang2`: sq")


@pytest.mark.parametrize("label", TEXTS)
def test_characters_that_were_counted_already_say_the_same(label: str) -> None:
    text, of = TEXTS[label], naming()
    for code in (label[:3], label, "kmr", "az", "sr", "zh", "ja", "pa"):
        assert of.name_text(code, text, written_evidence(text)) == of.name_text(code, text)


def test_macrolanguages_by_policy() -> None:
    of = naming({"swa": "lid", "aze": {"Latn": "azj", "Arab": "azb"}, "zho": "keep"})
    assert of.name_text("sw", "lisanga")[0].label == "swc_Latn"
    assert of.name_text("sw", "habari")[0].label == "swa_Latn"
    assert of.name_text("az", "Bütün insanlar ləyaqət və hüquqlarına görə azad doğulurlar")[0].label == "azj_Latn"
    lang, rule = of.name_text("az-Arab", "بوتون اینسانلار")
    assert lang.label == "azb_Arab" and "aze → azb" in rule
    assert of.name_text("zh-Hans", TEXTS["zho_Hans"])[0].label == "zho_Hans"
    assert of.name_translation("sw", "lisanga")[0].label == "swc_Latn", "each side of a pair for itself"
    assert of.name_text("en", "text") == naming().name_text("en", "text"), "others are left alone"


def test_a_text_without_a_language() -> None:
    with pytest.raises(LanguageError, match="names no language; set `lang`"):
        naming().name_text("", "text")
