"""Front matter as the hub reads it: codes, sizes, configurations, results."""

import pytest

from emma.release.config import EmissionsConfig
from emma.release.facts import ReleasedLanguage
from emma.release.metadata import (
    describe_emissions,
    hub_languages,
    list_configurations,
    list_metrics,
    list_source_datasets,
    list_tags,
    name_size,
)
from tests.hub import find_problems


def test_names_for_the_hub() -> None:
    labels = ["nor_Latn", "swh_Latn", "zxx_Zyyy", "srp_Cyrl", "srp_Latn", "mul_Zyyy", "nqo_Nkoo"]
    assert hub_languages(labels) == ["code", "no", "nqo", "sr", "swh"]
    assert find_problems({"language": hub_languages(labels)}) == []
    assert list_tags(labels) == ["no-Latn", "nqo-Nkoo", "sr-Cyrl", "sr-Latn", "swh-Latn"]


@pytest.mark.parametrize(
    ("documents", "category"),
    [
        (0, "n<1K"),
        (999, "n<1K"),
        (1000, "1K<n<10K"),
        (6583, "1K<n<10K"),
        (999_999_999, "100M<n<1B"),
        (10**12 - 1, "100B<n<1T"),
        (10**12, "n>1T"),
    ],
)
def test_size_categories_are_the_hub_s(documents: int, category: str) -> None:
    assert name_size(documents) == category


def test_origins_on_the_hub_are_named() -> None:
    origins = ["https://huggingface.co/datasets/cis-lmu/Glot500/tree/main", "hf://datasets/a/b", "books and/or papers"]
    assert list_source_datasets([{"origin": origin} for origin in origins]) == ["a/b", "cis-lmu/Glot500"]
    assert list_source_datasets([{"origin": "a/b"}]) == ["original"]


def language(lang: str) -> ReleasedLanguage:
    """A language with training and test text."""
    return ReleasedLanguage(lang, lang, 2, 0, 9, {"train": 1, "validation": 0, "test": 1})


def test_more_languages_than_the_hub_shows_are_one_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = [language("tha_Thai"), language("yor_Latn")]
    by_name = list_configurations(sizes)
    assert [each["config_name"] for each in by_name] == ["tha_Thai", "yor_Latn"]
    assert by_name[0]["data_files"][1] == {"split": "test", "path": "data/tha_Thai/test.parquet"}
    assert [each["config_name"] for each in list_configurations(sizes, 1)] == ["default"]
    assert list_configurations(sizes, 2) == by_name
    monkeypatch.setattr("emma.work.by_language.MAX_CONFIGS", 1)
    assert list_configurations(sizes) == [
        {
            "config_name": "default",
            "data_files": [
                {"split": "train", "path": "data/*/train.parquet"},
                {"split": "test", "path": "data/*/test.parquet"},
            ],
        }
    ]


def test_emissions_say_what_is_known() -> None:
    assert describe_emissions(None) is None
    stated = EmissionsConfig(grams=12.5, source="a meter", location="Kajaani, Finland")
    assert describe_emissions(stated) == {
        "emissions": 12.5,
        "source": "a meter",
        "training_type": "fine-tuning",
        "geographical_location": "Kajaani, Finland",
    }


def test_metrics_have_the_hub_s_ids() -> None:
    rows = [{"metric": name} for name in ("chrF++", "accuracy", "exact match", "accuracy")]
    assert list_metrics({"tasks": rows}) == ["accuracy", "chrf", "exact_match"]
