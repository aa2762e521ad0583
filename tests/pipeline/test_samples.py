"""The samples of a run as a torch Dataset: what the trainer sees, from texts in several scripts."""

from pathlib import Path

import pytest

import emma
from tests.pipeline.test_stage import table


@pytest.mark.slow
def test_from_texts_to_training_samples(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="needs the train extra")
    documents = table(12)
    annotated = emma.stage("annotate", documents=documents)
    selection = emma.stage("curate", documents=documents, annotate=annotated)["selection"]
    corpus = {"documents": documents, "selection": selection}
    vocab = emma.stage("vocab", {"new_pieces": 64}, **corpus)
    packed = emma.stage("pack", **corpus, vocab=vocab, folder=tmp_path)
    mixed = emma.stage("mix", {"tokens": 4096, "sequence_length": 32}, pack=packed, folder=tmp_path)
    run = emma.Home(tmp_path).run("memory")
    for stage, result in (("pack", packed), ("mix", mixed)):
        run.record(stage, result.artifact, {})
    samples = run.samples()
    assert isinstance(samples, torch.utils.data.Dataset) and len(samples) == mixed["plan"]["samples"].to_numpy().sum()
    drawn = samples.samples.draw(3)
    item = samples[3]
    assert item["input_ids"].tolist() == drawn.tokens[:-1].tolist()
    assert item["position_ids"][0] == 0 and item["labels"].shape == (32,)
    assert all(
        label in (-100, token) for label, token in zip(item["labels"].tolist(), drawn.tokens[1:].tolist(), strict=True)
    )
    assert {part.lang for part in samples.documents(3)} <= set(documents["lang"].to_pylist())
    batches = torch.utils.data.DataLoader(samples, batch_size=4)
    assert next(iter(batches))["input_ids"].shape == (4, 32)
    with pytest.raises(IndexError):
        samples[len(samples)]
