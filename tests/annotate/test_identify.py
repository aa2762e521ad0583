"""Language identification in the annotate stage: row-aligned labels, models from elsewhere and trained, addresses."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from emma.annotate.config import AnnotateConfig, LidConfig
from emma.annotate.identify import identify_shard, prepare_model
from emma.annotate.inputs import resolve_model
from emma.annotate.run import annotate
from emma.errors import RecipeError, SourceError
from emma.lid.config import LidTraining
from emma.schemas import IDENTIFIED
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import StageOutput, Work
from tests.conftest import TEXTS, documents

pytestmark = pytest.mark.slow

TRAINING = LidTraining(buckets=4000, dimension=8, epochs=60, lines=40, held_out=0.2)
TRAINED = LidConfig(train=("clean",), training=TRAINING)

MakeWork = Callable[..., Work]
MakeArtifact = Callable[..., Artifact]


def rows(copies: int = 12) -> list[dict[str, Any]]:
    """Each text with its words (characters where unspaced) turned round, again and again."""
    made = []
    for lang, text in TEXTS.items():
        units, joiner = (text.split(), " ") if text.count(" ") > 3 else (list(text), "")
        made += [{"lang": lang, "text": joiner.join(units[at:] + units[:at])} for at in range(min(copies, len(units)))]
    return made


@pytest.fixture
def collect(make_artifact: MakeArtifact) -> Artifact:
    """Two clean shards, and one of another source: bitext, a text without letters, one under a wrong label."""
    clean = rows()
    others = [
        {"lang": "arb_Arab", "text": TEXTS["arb_Arab"], "lang2": "eng_Latn", "text2": TEXTS["eng_Latn"]},
        {"lang": "amh_Ethi", "text": "12:30 — 7"},
        {"lang": "eng_Latn", "text": TEXTS["tha_Thai"] * 30},
        {"lang": "hin_Deva", "text": TEXTS["hin_Deva"], "lang2": "yor_Latn", "text2": ""},
    ]
    parts = [
        make_artifact(
            f"documents-{number}", {"documents.parquet": documents([{"source": name, **row} for row in some])}
        )
        for number, (name, some) in enumerate((("clean", clean[::2]), ("clean", clean[1::2]), ("web", others)))
    ]
    sources = pa.table({"source": ["clean", "web"]})
    return make_artifact("collect", {"sources.parquet": sources}, documents=parts)


@pytest.fixture
def run(collect: Artifact, make_work: MakeWork) -> Callable[..., tuple[StageOutput, Work]]:
    def annotated(lid: LidConfig, workers: int = 1) -> tuple[StageOutput, Work]:
        work = make_work("annotate", workers=workers)
        return annotate(AnnotateConfig(lid=lid), collect=collect, work=work), work

    return annotated


def table(part: Artifact) -> list[dict[str, Any]]:
    found = shards.read(part.file("identified.parquet"))
    assert found.schema.equals(IDENTIFIED)
    read: list[dict[str, Any]] = found.to_pylist()
    return read


def test_both_sides_are_identified_row_for_row(run: Callable[..., tuple[StageOutput, Work]], collect: Artifact) -> None:
    made, work = run(TRAINED)
    assert [len(table(part)) for part in made.parts["identified"]] == [
        len(shards.read(part.file("documents.parquet"))) for part in collect.parts["documents"]
    ]
    pair, nothing, wrong, half = table(made.parts["identified"][2])
    assert (pair["labels"][0], pair["labels2"][0]) == ("arb_Arab", "eng_Latn")
    assert nothing == {"labels": [], "scores": [], "labels2": None, "scores2": None}
    assert wrong["labels"][0] == "tha_Thai" and wrong["labels2"] is None
    assert half["labels"][0] == "hin_Deva" and half["labels2"] == half["scores2"] == []
    for row in (pair, wrong, half):
        assert len(row["labels"]) == len(row["scores"]) <= 3
        assert row["scores"] == sorted(row["scores"], reverse=True) and 0 < sum(row["scores"]) <= 1.001
    facts = json.loads((work.out / "lid.json").read_text(encoding="utf-8"))
    labels = shards.read(work.out / "lid_labels.parquet")
    assert facts["trained_on"] == ["clean"] and facts["languages"] == len(TEXTS) == labels.num_rows
    assert labels["label"].to_pylist() == sorted(TEXTS)


def test_without_the_table_nothing_is_identified(collect: Artifact, make_work: MakeWork) -> None:
    work = make_work("annotate")
    made = annotate(AnnotateConfig(), collect=collect, work=work)
    assert "identified" not in made.parts and not (work.out / "lid.json").exists()


def test_training_reads_the_clean_sources_only(
    run: Callable[..., tuple[StageOutput, Work]], collect: Artifact, make_work: MakeWork, make_artifact: MakeArtifact
) -> None:
    run(TRAINED)
    more = make_artifact("more", {"documents.parquet": documents([{"source": "web", "lang": "eng_Latn", "text": "x"}])})
    wider = Artifact(collect.path, "wider", {}, {"documents": (*collect.parts["documents"], more)})
    model = prepare_model(TRAINED, wider, make_work("annotate"))
    assert len(list(model.path.parent.iterdir())) == 1  # the one that was there


def test_one_worker_or_two_give_the_same_bytes(
    run: Callable[..., tuple[StageOutput, Work]], tmp_path: Path, collect: Artifact, make_work: MakeWork
) -> None:
    made, work = run(TRAINED)
    first = {part.path: part.file("identified.parquet").read_bytes() for part in made.parts["identified"]}
    model = next((work.root / "annotate" / "train_model").iterdir()) / "model.bin"
    weights = model.read_bytes()
    for path in [*first, model.parent]:
        path.rename(tmp_path / path.name)
    again, _ = run(TRAINED, workers=2)
    assert {part.path: part.file("identified.parquet").read_bytes() for part in again.parts["identified"]} == first
    assert model.read_bytes() == weights


def test_what_was_trained_is_measured_on_lines_it_never_saw(collect: Artifact, make_work: MakeWork) -> None:
    model = prepare_model(TRAINED, collect, make_work("annotate"))
    languages = shards.read(model.file("lid_languages.parquet")).to_pylist()
    assert model.counts["lines_held_out"] == sum(row["lines"] for row in languages) > 10
    assert model.counts["lines_trained"] >= sum(row["lines_trained"] for row in languages)
    facts = json.loads(model.file("lid.json").read_text(encoding="utf-8"))
    assert facts["held_out"]["macro_f1"] > 0.9 and facts["training"] == TRAINING.model_dump(mode="json")
    assert len(facts["nats_per_line"]) == TRAINING.epochs and facts["nats_per_line"][-1] < facts["nats_per_line"][0]
    assert shards.read(model.file("lid_confusions.parquet")).column_names == ["lang", "said", "lines", "share"]


def test_unknown_clean_sources_are_refused(collect: Artifact, make_work: MakeWork) -> None:
    with pytest.raises(RecipeError, match=r"'cleam', which is no source of the recipe\. Did you mean 'clean'"):
        prepare_model(LidConfig(train=("clean", "cleam")), collect, make_work("annotate"))


# Models from elsewhere


@pytest.fixture
def elsewhere(collect: Artifact, make_work: MakeWork, tmp_path: Path) -> Path:
    """A model file outside the store."""
    path = tmp_path / "data" / "models" / "lid.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(prepare_model(TRAINED, collect, make_work("annotate")).file("model.bin").read_bytes())
    return path


def settled(model: str, data: Path, cache: Path, **settings: Any) -> tuple[LidConfig, dict[str, Any] | None]:
    section, raw = resolve_model(AnnotateConfig(lid=LidConfig(model=model, **settings)), data, cache)
    assert section.lid is not None
    return section.lid, raw


def test_a_model_is_known_by_its_content(
    elsewhere: Path, tmp_path: Path, collect: Artifact, make_work: MakeWork
) -> None:
    cache, data = tmp_path / "cache.json", tmp_path / "data"
    lid, raw = settled("models/lid.bin", data, cache, spelling="letters")
    kept = prepare_model(lid, collect, make_work("annotate"))
    elsewhere.rename(data / "moved.bin")
    moved, raw_moved = settled("moved.bin", data, cache, spelling="letters")
    assert raw == raw_moved and lid.model_dump() == moved.model_dump()
    assert prepare_model(moved, collect, make_work("annotate")).path == kept.path
    counts = {}
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        counts[name] = identify_shard(tmp_path / name, collect.parts["documents"][2], kept, moved)
    assert counts["first"] == counts["second"] == {"rows_in": 4, "rows_out": 4}
    assert table(Artifact(tmp_path / "first", "first"))[0]["labels"][0] == "arb_Arab"
    (data / "moved.bin").write_bytes(kept.file("model.bin").read_bytes()[:-1] + b"?")
    assert settled("moved.bin", data, cache)[1] != raw


def test_the_folder_of_a_model_says_how_it_wants_its_text(
    elsewhere: Path, tmp_path: Path, collect: Artifact, make_work: MakeWork
) -> None:
    data, cache = tmp_path / "data", tmp_path / "cache"
    plain = settled("models/lid.bin", data, cache)[1]
    (elsewhere.parent / "lid.bin").rename(elsewhere.parent / "model.bin")
    (elsewhere.parent / "lid.json").write_text('{"spelling": "letters"}')
    lid, raw = settled("models", data, cache)
    assert raw != plain
    model = prepare_model(lid, collect, make_work("annotate"))
    assert json.loads(model.file("lid.json").read_text(encoding="utf-8"))["spelling"] == "letters"


def test_how_labels_are_read_is_part_of_the_model(
    elsewhere: Path, tmp_path: Path, collect: Artifact, make_work: MakeWork
) -> None:
    lid, _ = settled("models/lid.bin", tmp_path / "data", tmp_path / "cache", codes={"eng_Latn": "sco_Latn"})
    model = prepare_model(lid, collect, make_work("annotate"))
    labels = {row["model_label"]: row["label"] for row in shards.read(model.file("lid_labels.parquet")).to_pylist()}
    assert (labels["eng_Latn"], labels["yor_Latn"]) == ("sco_Latn", "yor_Latn")


def test_a_broken_model_ends_the_stage_with_its_name(
    elsewhere: Path, tmp_path: Path, collect: Artifact, make_work: MakeWork
) -> None:
    elsewhere.write_bytes(elsewhere.read_bytes()[:5000])
    lid, _ = settled("models/lid.bin", tmp_path / "data", tmp_path / "cache")
    with pytest.raises(SourceError, match=r"lid\.bin is no whole fastText classifier"):
        prepare_model(lid, collect, make_work("annotate"))


def test_where_a_recipe_may_point(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no language-identification model at 'none\.bin'"):
        settled("none.bin", tmp_path, tmp_path / "cache")
    with pytest.raises(RecipeError, match=r'needs a revision.*"cis-lmu/glotlid@commit"'):
        settled("cis-lmu/glotlid", tmp_path, tmp_path / "cache")
    lid, raw = settled("cis-lmu/glotlid@74cb50b", tmp_path, tmp_path / "cache")
    assert raw == {"lid": "cis-lmu/glotlid@74cb50b"} and lid.root == str(tmp_path)
    assert resolve_model(AnnotateConfig(), tmp_path, tmp_path / "cache") == (AnnotateConfig(), None)
    assert resolve_model(AnnotateConfig(lid=TRAINED), tmp_path, tmp_path / "cache") == (
        AnnotateConfig(lid=TRAINED),
        None,
    )


def test_the_section_wants_one_model() -> None:
    for settings in ({}, {"model": "a.bin", "train": ("clean",)}):
        with pytest.raises(ValidationError, match="name either a `model`, or sources to `train` one from"):
            LidConfig(**settings)  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="one trained here reads letters only"):
        LidConfig(train=("clean",), spelling="letters")
