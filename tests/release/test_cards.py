"""Cards as the hub's own library reads them, and as a person does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emma.release.config import EmissionsConfig, ReleaseConfig
from emma.release.run import release
from emma.store.artifact import Artifact
from emma.work.work import Work
from tests.hub import find_problems

Inputs = dict[str, Artifact]
MakeWork = Callable[..., Work]
SECTION = ReleaseConfig(
    title="Model of twelve scripts",
    licence_name="ours-1.0",
    licence_link="LICENSE",
    authors=("A. Person", "ⴰ. ⵎⴷⴰⵏ"),
    contact="https://example.org/issues",
    intended_use="To read proverbs.",
    emissions=EmissionsConfig(grams=1234, source="a meter", hardware="1 × H100", location="Kajaani, Finland"),
    exclude_sources=("closed",),
)


@pytest.fixture
def release_cards(inputs: Inputs, make_work: MakeWork) -> Callable[[ReleaseConfig], Path]:
    """Release, and return the folder."""

    def make(section: ReleaseConfig) -> Path:
        work = make_work("release")
        release(section, **inputs, work=work)
        return work.out

    return make


def load(folder: Path, kind: str) -> Any:
    """A card by the hub's library, which checks it."""
    hub = pytest.importorskip("huggingface_hub")
    return getattr(hub, kind).load(folder / "README.md")


def test_both_cards(release_cards: Callable[[ReleaseConfig], Path]) -> None:
    out = release_cards(SECTION)
    check_model_front(out)
    check_corpus_front(out)
    check_what_persons_know(out)


def check_model_front(out: Path) -> None:
    """The hub takes the model card."""
    card = load(out / "model", "ModelCard")
    front = card.data.to_dict()
    assert find_problems(front) == []
    assert {name: front[name] for name in ("license", "license_name", "license_link", "library_name")} == {
        "license": "other",
        "license_name": "ours-1.0",
        "license_link": "LICENSE",
        "library_name": "transformers",
    }
    assert front["co2_eq_emissions"] == {
        "emissions": 1234.0,
        "source": "a meter",
        "training_type": "fine-tuning",
        "geographical_location": "Kajaani, Finland",
        "hardware_used": "1 × H100",
    }
    (index,) = front["model-index"]
    assert index["name"] == "Model of twelve scripts"
    assert index["results"][0]["metrics"][0]["type"] == "bits_per_byte"


def check_what_persons_know(out: Path) -> None:
    """A person reads what only persons know."""
    model, corpus = (out / name / "README.md" for name in ("model", "corpus"))
    for words in (
        "Released by A. Person, ⴰ. ⵎⴷⴰⵏ. Questions, and requests to remove text: https://example.org/issues.",
        "| licence of these weights | [ours-1.0](LICENSE) |",
        "To read proverbs.",
        "Training emitted 1234 g of CO2-equivalent on 1 × H100 in Kajaani, Finland, by a meter.",
        "| closed | test | all rights reserved | no |",
        "  author = {A. Person and ⴰ. ⵎⴷⴰⵏ},",
        "collect `collect`",
    ):
        assert words in model.read_text(encoding="utf-8"), words
    assert "wants removed: write to https://example.org/issues." in corpus.read_text(encoding="utf-8")


def test_what_nobody_stated_is_said_to_be_unstated(release_cards: Callable[[ReleaseConfig], Path]) -> None:
    out = release_cards(ReleaseConfig())
    text = (out / "model" / "README.md").read_text(encoding="utf-8")
    assert "| licence of these weights | not stated |" in text
    assert "No licence is stated for these weights: ask before you use them." in text
    assert "What training emitted was not measured." in text
    assert "this card names nobody to write to" in (out / "corpus" / "README.md").read_text(encoding="utf-8")


def check_corpus_front(out: Path) -> None:
    """The hub takes the corpus card."""
    card = load(out / "corpus", "DatasetCard")
    front = card.data.to_dict()
    assert find_problems(front) == []
    assert front["size_categories"] == ["n<1K"]
    assert front["multilinguality"] == ["multilingual", "translation"]
    assert front["task_categories"] == ["text-generation", "translation"]
    assert front["source_datasets"] == ["original"]
    assert {"no-Latn", "nqo-Nkoo", "zgh-Tfng", "yo-Latn", "zh-Hans"} <= set(front["language_details"]) | {"zh-Hans"}
    assert front["license"] == ["cc0-1.0"]


def test_contamination_is_in_both_cards(inputs: Inputs, release_cards: Callable[[ReleaseConfig], Path]) -> None:
    counts = {"documents": 4, "dropped": 3, "items": 1000, "items_hit": 2}
    rows = [{"benchmark": "sib200", "lang": lang, **counts} for lang in ("tha_Thai", "yor_Latn")]
    pq.write_table(pa.Table.from_pylist(rows), inputs["curate"].path / "contamination.parquet")
    out = release_cards(SECTION)
    assert "| sib200 | 2,000 | 4 | 8 | 6 |" in (out / "model" / "README.md").read_text(encoding="utf-8")
    assert "the documents dropped for them: sib200 (6)." in (out / "corpus" / "README.md").read_text(encoding="utf-8")


def test_cards_of_many_languages_name_files(
    release_cards: Callable[[ReleaseConfig], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emma.release.verdicts.MOST", 2)
    monkeypatch.setattr("emma.release.cards.MOST", 2)
    monkeypatch.setattr("emma.release.cards.LARGEST", 3)
    out = release_cards(SECTION.model_copy(update={"authors": ("محمد علي", "B. Person")}))
    corpus, model = ((out / name / "README.md").read_text(encoding="utf-8") for name in ("corpus", "model"))
    assert "They are too many to name here: [languages.csv](languages.csv) has them." in model
    assert "Released by \u2068محمد علي\u2069, B. Person." in model
    assert "The 3 largest; all are in [languages.csv](languages.csv)." in corpus
    table = corpus.partition("## Languages")[2].partition("## Sources")[0]
    assert len([line for line in table.splitlines() if "_" in line]) == 3
    rows = (out / "corpus" / "languages.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "lang,name,documents,bitext,bytes,train,validation,test"
    assert len(rows) - 1 == len([*(out / "corpus" / "data").iterdir()])
    assert "None" not in corpus + model


def test_more_languages_than_the_hub_shows_still_load_one_by_one(
    release_cards: Callable[[ReleaseConfig], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emma.work.by_language.MAX_CONFIGS", 5)
    out = release_cards(SECTION)  # whose checks load three languages
    card = load(out / "corpus", "DatasetCard")
    assert [each["config_name"] for each in card.data.to_dict()["configs"]] == ["default"]
    assert 'load_dataset("path/to/this/folder", data_dir="data/amh_Ethi")' in card.text
