"""Samples against documents read one by one: tokens, beginnings, padding, and where each token is from."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from emma.schemas import PLAN
from emma.store import shards
from emma.store.artifact import Artifact
from emma.tokens.files import TokenFile, TokenFileWriter
from emma.tokens.packing import BINS, pack_source
from emma.tokens.samples import Samples, find_cyclic_spans

LENGTH, EOS = 16, 2
DOCUMENTS = {
    ("amh_Ethi", "web"): [9, 30, 1, 14, 50],
    ("nqo_Nkoo", "web"): [3, 4],  # shorter than a sequence
    ("yor_Latn", "books"): [200],
    ("yor_Latn", "web"): [7] * 40,
}
STAGES = {"main": (20, 6, 14, 9), "anneal": (0, 2, 5, 30)}
PACKINGS = ("concatenate", "best_fit")


def token(source: int, document: int, place: int) -> int:
    """A token that tells where it is from."""
    return 10 + source * 10_000 + document * 250 + place


@pytest.fixture
def samples(tmp_path: Path, request) -> Samples:
    part = tmp_path / "part"
    part.mkdir()
    sources = []
    for source, ((lang, domain), lengths) in enumerate(DOCUMENTS.items()):
        with TokenFileWriter(part / f"{lang}.{domain}.train", 60_000) as writer:
            for number, tokens in enumerate(lengths):
                writer.add([token(source, number, place) for place in range(tokens)], f"{lang}:{number}")
        path = f"{lang}.{domain}.train"
        sources.append(
            {"lang": lang, "domain": domain, "tier": "tiny", "part": 0, "path": path, "tokens": sum(lengths)}
        )
    rows = [
        row | {"stage": stage, "samples": count}
        for stage, counts in STAGES.items()
        for row, count in zip(sources, counts, strict=True)
    ]
    packing = request.param
    mix = tmp_path / "mix"
    mix.mkdir()
    shards.write(mix / "plan.parquet", pa.Table.from_pylist(rows, schema=PLAN))
    (mix / "plan.json").write_text(json.dumps({"sequence_length": LENGTH, "seed": 7, "eos": EOS, "packing": packing}))
    parts = {}
    if packing == "best_fit":
        made = []
        for number, row in enumerate(sources):
            out = tmp_path / f"bins{number}"
            out.mkdir()
            made.append(Artifact(out, out.name, pack_source(out, (Artifact(part, "part"), row["path"]), LENGTH)))
        parts[BINS] = tuple(made)
    return Samples(
        Artifact(tmp_path, "pack", {}, {"packed": (Artifact(part, "part"),)}), Artifact(mix, "mix", {}, parts)
    )


@pytest.mark.parametrize("samples", PACKINGS, indirect=True)
def test_tokens_are_those_of_the_pieces(samples: Samples) -> None:
    assert len(samples) == 86
    for number in range(len(samples)):
        sample = samples.draw(number)
        tokens, begins, continues = [], [], False
        for document, first, count in sample.spans.tolist():
            tokens += [token(sample.source, document, first + place) for place in range(count)]
            begins += [True] + [False] * (count - 1)
            continues = first + count < list(DOCUMENTS.values())[sample.source][document]
        assert sample.tokens[: len(tokens)].tolist() == tokens
        assert sample.begins[: len(tokens)].tolist() == begins
        assert sample.padding[:LENGTH].tolist() == [False] * len(tokens) + [True] * (LENGTH - len(tokens))
        if len(tokens) == LENGTH and continues:
            assert (sample.tokens[-1], sample.begins[-1], sample.padding[-1]) == (tokens[-1] + 1, False, False)
        elif len(tokens) == LENGTH:
            assert sample.begins[-1]
        else:
            assert (sample.tokens[len(tokens) :] == EOS).all()
            assert sample.begins[len(tokens) :].tolist() == [True] + [False] * (LENGTH - len(tokens))


@pytest.mark.parametrize("samples", PACKINGS, indirect=True)
def test_documents_are_named(samples: Samples) -> None:
    for number in (0, 40, 85):
        sample = samples.draw(number)
        source = samples.sources[sample.source]
        found = samples.documents(number)
        assert [(each.lang, each.domain) for each in found] == [(source.lang, source.domain)] * len(found)
        named = [[int(each.id.removeprefix(f"{source.lang}:")), each.first, each.tokens] for each in found]
        assert named == sample.spans.tolist()


@pytest.mark.parametrize("samples", PACKINGS, indirect=True)
def test_stages_follow_one_another_and_the_sequences_of_a_source_go_on(samples: Samples) -> None:
    assert samples.stages == [("main", 49), ("anneal", 37)]
    drawn = [samples.draw(number) for number in range(len(samples))]
    assert np.bincount([each.source for each in drawn[:49]], minlength=4).tolist() == list(STAGES["main"])
    assert np.bincount([each.source for each in drawn[49:]], minlength=4).tolist() == list(STAGES["anneal"])
    book = [tuple(each.spans[0]) for each in drawn if each.source == 2][:12]
    assert len(set(book)) == 12  # one pass is 12.5 sequences


@pytest.mark.parametrize("samples", ["best_fit"], indirect=True)
def test_best_fit_cuts_only_what_is_too_long(samples: Samples) -> None:
    for number in range(len(samples)):
        sample = samples.draw(number)
        for document, first, count in sample.spans.tolist():
            whole = list(DOCUMENTS.values())[sample.source][document]
            assert count == min(LENGTH, whole - first)
            assert first % LENGTH == 0


@pytest.mark.parametrize("samples", PACKINGS, indirect=True)
def test_a_sample_is_a_function_of_its_number(samples: Samples) -> None:
    once = [samples.draw(number).tokens.tolist() for number in range(len(samples))]
    assert [samples.draw(number).tokens.tolist() for number in reversed(range(len(samples)))] == once[::-1]
    with pytest.raises(IndexError, match="of 86"):
        samples.draw(86)


def test_stretches_of_a_cyclic_stream(tmp_path: Path) -> None:
    lengths = [3, 0, 4, 1, 0]
    with TokenFileWriter(tmp_path / "a", 100) as writer:
        for number, tokens in enumerate(lengths):
            writer.add([number] * tokens, str(number))
    stream = [(number, place) for number, tokens in enumerate(lengths) for place in range(tokens)]
    for start in range(8):
        for length in range(1, 30):
            pieces = find_cyclic_spans(TokenFile(tmp_path / "a"), start, length).tolist()
            found = [(number, first + place) for number, first, tokens in pieces for place in range(tokens)]
            assert found == [stream[(start + place) % 8] for place in range(length)]
            assert all(first == 0 for _, first, _ in pieces[1:])
