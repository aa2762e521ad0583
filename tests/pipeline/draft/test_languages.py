"""The language in names of files, in scripts, and what is doubted."""

import pytest

from emma.pipeline.draft.languages import (
    choose_name_scheme,
    find_name_pattern,
    find_scheme,
    guess_by_script,
    identify_texts,
    is_written,
    resolve_answer,
)
from tests.conftest import TEXTS


@pytest.mark.parametrize(
    "names, parts",
    [
        (["bench/hun_Latn/test.tsv.gz", "bench/deu_Latn/test.tsv.gz"], {"hun_Latn", "deu_Latn"}),
        (["mgsm_de.tsv", "mgsm_sw.tsv"], {"de", "sw"}),
        (["po/fr/ark.po", "po/fr/messages.po"], {"fr"}),
        (["a/swahili.txt", "a/hausa.txt"], {"swahili", "hausa"}),
        (["news.sw.2024.txt", "news.ha.2024.txt"], {"sw", "ha"}),
    ],
)
def test_parts_of_names(names: list[str], parts: set[str]) -> None:
    found = find_name_pattern(names, {})
    assert found is not None and set(found.parts) == parts


@pytest.mark.parametrize(
    "names",
    [["dev.txt", "raw.txt", "all.txt"], ["sw-0.txt", "dev-0.txt"], ["news.txt", "bible.txt"], ["a.txt", "b.txt"]],
)
def test_words_that_are_codes_by_chance(names: list[str]) -> None:
    assert find_name_pattern(names, {}) is None


def test_many_codes_without_two_letters() -> None:
    codes = "aar aba abi aca ace ach acr ada ade adi adj adz aey afb".split()  # noqa: SIM905
    found = find_name_pattern([f"{code}-000.txt" for code in codes], {})
    assert found is not None and len(found.parts) == len(codes)


def test_a_script_of_few_languages_makes_a_code_sure() -> None:
    names = ["chr-cherokee.xml", "nqo-bible.xml"]
    texts = {names[0]: "ᎢᎬᏱᏱ ᎠᎴᏂᏍᎬ ᎧᏃᎮᏛ ᎡᎮᎢ", names[1]: TEXTS["nqo_Nkoo"]}
    assert find_name_pattern(names, {}) is None
    found = find_name_pattern(names, texts)
    assert found is not None and set(found.parts) == {"chr", "nqo"}


def test_only_a_script_of_few_languages_makes_a_code_sure() -> None:
    assert is_written("chr", "any", "Cher")
    assert not is_written("aba", "any", "Latn") and not is_written("chr", "any", "Nkoo")


def test_what_is_made_of_flores_has_its_codes() -> None:
    assert choose_name_scheme({"eng_Latn"}, "flores200/eng_Latn.dev") == "flores"
    assert choose_name_scheme({"eng_Latn"}, "mine/eng_Latn.dev") == "any"


def test_the_share_of_a_model_is_of_all_texts_also_of_those_it_does_not_know() -> None:
    assert identify_texts(lambda _: ["swh_Latn", "", "swh_Latn", "hau_Latn"], ["a"] * 4) == ("swh_Latn", 0.5)
    assert identify_texts(lambda _: [""], ["a"]) == ("", 0.0)


def test_a_folder_among_others_that_are_no_languages() -> None:
    assert find_name_pattern(["mt/train.csv"], {}, ["mt/train.csv", "sentiment/train.csv"]) is None


def test_scripts_of_one_language() -> None:
    assert guess_by_script([TEXTS["khm_Khmr"]]) == "khm_Khmr"
    assert guess_by_script([TEXTS["yor_Latn"]]) == ""
    assert guess_by_script([TEXTS["hin_Deva"]]) == ""
    assert guess_by_script([TEXTS["khm_Khmr"], TEXTS["tha_Thai"]]) == ""


def test_codes_of_other_schemes() -> None:
    assert find_scheme(["Swahili"], "bcp47") == "any"
    assert find_scheme(["sw", "qqq"], "wiki") == "wiki"


@pytest.mark.parametrize(
    "name, label",
    [
        ("Kiswahili", "swh_Latn"),
        ("हिन्दी", "hin_Deva"),
        ("አማርኛ", "amh_Ethi"),
        ("èdè Yorùbá", "yor_Latn"),
        ("ไทย", "tha_Thai"),
    ],
)
def test_names_that_languages_give_themselves(name: str, label: str) -> None:
    assert resolve_answer(name).label == label


def test_answers() -> None:
    assert resolve_answer(" Hausa ").label == "hau_Latn"
