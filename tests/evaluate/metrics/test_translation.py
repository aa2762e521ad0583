"""Sums of segments' statistics against sacrebleu's public scores of a corpus, in many scripts."""

from pathlib import Path

import numpy as np
import pytest
import sacrebleu
import sentencepiece

from emma.errors import SourceError
from emma.evaluate.engine.requests import TextAnswer
from emma.evaluate.metrics import translation
from emma.evaluate.metrics.translation import bleu, chrf, plain_bleu
from emma.evaluate.tasks.task import Item
from emma.lang.language import Lang
from tests.evaluate.metrics.conftest import SENTENCES, write


def pair_up(texts: list[str]) -> tuple[list[Item], list[tuple[TextAnswer, ...]]]:
    """Each text as a reference, and as output the same without its last word."""
    items = [Item(str(at), text) for at, text in enumerate(texts)]
    return items, [write(text[: -max(3, len(text) // 4)]) for text in texts]


@pytest.mark.parametrize("label", SENTENCES)
def test_chrf_is_sacrebleus(label: str) -> None:
    items, outputs = pair_up(SENTENCES[label])
    statistics = chrf().statistics(items, outputs)
    expected = sacrebleu.corpus_chrf([out[0].text for out in outputs], [SENTENCES[label]], word_order=2).score
    assert chrf().total(statistics.sum(0)) == pytest.approx(expected, rel=1e-12)
    assert 20 < expected < 100


@pytest.mark.parametrize("label", SENTENCES)
def test_bleu_is_sacrebleus_under_the_name_of_its_tokens(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation, "CACHED_MODEL", Path("nowhere"))
    items, outputs = pair_up(SENTENCES[label])
    metric = bleu(Lang.parse(label))
    tokens = metric.name.removeprefix("BLEU-")
    assert tokens == ("char" if label[4:] in ("Thai", "Khmr", "Hans") else "13a")
    assert f"tok:{tokens}" in metric.signature
    texts = [out[0].text for out in outputs]
    expected = sacrebleu.corpus_bleu(texts, [SENTENCES[label]], tokenize=tokens).score
    assert metric.total(metric.statistics(items, outputs).sum(0)) == pytest.approx(expected, rel=1e-12)


def test_an_item_may_have_several_references() -> None:
    items = [Item("a", ("habari ya dunia yote leo", "jambo dunia")), Item("b", ("watu wengi sana walikuja",))]
    outputs = [write("jambo dunia yote leo"), write("watu wengi walikuja sana")]
    texts, streams = [out[0].text for out in outputs], [[item.gold[0] for item in items], ["jambo dunia", None]]
    for metric, scorer in ((chrf(), sacrebleu.CHRF(word_order=2)), (plain_bleu("13a"), sacrebleu.BLEU())):
        expected = scorer.corpus_score(texts, streams).score
        assert metric.total(metric.statistics(items, outputs).sum(0)) == pytest.approx(expected, rel=1e-12)


def test_samples_are_averaged_and_empty_texts_count_unless_dropped() -> None:
    items = [Item("a", "habari ya dunia yote"), Item("b", "watu wengi walikuja leo")]
    outputs = [write("habari ya dunia yote", "habari ya dunia yote"), write("", " .")]
    once = chrf().statistics(items, [write("habari ya dunia yote"), write("watu")])
    assert np.array_equal(chrf().statistics(items, outputs)[0], once[0])
    assert chrf().total(chrf().statistics(items, outputs).sum(0)) < 100
    dropped = chrf(drop_empty=True)
    assert dropped.total(dropped.statistics(items, outputs).sum(0)) == pytest.approx(100)
    assert "empty:dropped" in dropped.signature
    assert not dropped.statistics(items, outputs)[1].any()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pieces")
    (folder / "lines.txt").write_text("\n".join(SENTENCES["swh_Latn"] * 3))
    options = {"input": str(folder / "lines.txt"), "model_prefix": str(folder / "m"), "vocab_size": 38}
    sentencepiece.SentencePieceTrainer.train(**options, minloglevel=2)
    return folder / "m.model"


def test_sacrebleus_own_copy_serves_where_it_has_one(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = model.parent / translation.CACHED_MODEL
    monkeypatch.setattr("sacrebleu.utils.SACREBLEU_DIR", str(model.parent))
    assert bleu(Lang.parse("tha_Thai")).name == "BLEU-char"
    copy.parent.mkdir()
    copy.write_bytes(model.read_bytes())
    assert bleu(Lang.parse("tha_Thai")).name == "spBLEU"
    assert bleu(Lang.parse("tha_Thai")).signature == bleu(Lang.parse("tha_Thai"), model).signature


def test_spbleu_is_over_the_pieces_of_the_given_model(model: Path) -> None:
    metric = bleu(Lang.parse("swh_Latn"), model)
    assert metric.name == "spBLEU"
    assert "tok:flores200-" in metric.signature
    items, outputs = pair_up(SENTENCES["swh_Latn"])
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(model))
    cut = [" ".join(pieces.encode(text, out_type=str)) for text in SENTENCES["swh_Latn"]]
    texts = [" ".join(pieces.encode(out[0].text, out_type=str)) for out in outputs]
    expected = sacrebleu.corpus_bleu(texts, [cut], tokenize="none", force=True).score
    assert metric.total(metric.statistics(items, outputs).sum(0)) == pytest.approx(expected, rel=1e-12)


def test_a_missing_model_is_an_error_that_names_it() -> None:
    with pytest.raises(SourceError, match=r"there is no file 'gone\.model'"):
        bleu(Lang.parse("swh_Latn"), Path("gone.model"))


def test_scores_of_many_sums_have_their_shape() -> None:
    items, outputs = pair_up(SENTENCES["arb_Arab"])
    statistics = chrf().statistics(items, outputs)
    draws = np.ones((4, 2, len(items))) @ statistics
    assert chrf().total(draws).shape == (4, 2)
    assert np.isfinite(chrf().total(np.zeros((3, 24)))).all()
