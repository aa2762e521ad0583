"""Metrics by a neural model that the user names: BERTScore (Zhang et al. 2020) and COMET (Rei et al. 2020).

An encoder scores a script that it never saw, and scores it high: mBERT has no Ethiopic letters, and published scores of
Amharic are 0.93. So a language whose script is not covered gets no score, and the signature says why.
"""

import subprocess
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import orjson

from emma.config.extras import need
from emma.errors import RecipeError
from emma.evaluate.metrics.metric import Floats, Mean, list_references, mean_of_texts
from emma.evaluate.tasks.task import Asking, Item
from emma.lang.language import Lang
from emma.lang.scripts import SCRIPT_CODES, script_table, unicode_scripts

LETTERS = 10
"""Letters of a script that a vocabulary must have to cover it."""
LAYER = 9
"""Hidden layer that BERTScore compares, the one its authors chose for multilingual BERT."""
_XLMR = """
Arab Armn Beng Cyrl Deva Ethi Geor Grek Gujr Guru Hang Hani Hebr Hira Kana Khmr Knda Laoo Latn Mlym Mymr Orya Sinh Taml
Telu Thai
"""
XLMR_SCRIPTS = frozenset(_XLMR.split())
"""Scripts of the hundred languages of XLM-R (Conneau et al. 2020, appendix A), which COMET's models begin from."""
Trio = tuple[str, str, str]
"""A source, empty where there is none, a text, and a reference."""


def neural_metrics(lang: Lang, asking: Asking, source: str = "") -> tuple[Mean, ...]:
    """The neural metrics that the recipe names, `bertscore=FOLDER` and `comet=FILE.ckpt`, for texts in a language.

    `source` is the field of an item with what was translated. Raises RecipeError for another name, a model that is not
    there. COMET is for translations alone.
    """
    names = (each.partition("=")[::2] for each in asking.neural_metrics)
    # Chinese text has bopomofo rarely, and Korean text hardly any Han characters.
    needed = unicode_scripts(lang.script) - {"Bopo"}
    needed -= {"Hani"} if "Hang" in needed else set()
    return tuple(_open(*pair, needed, source) for pair in names if source or pair[0] != "comet")


def _open(name: str, place: str, scripts: frozenset[str], source: str) -> Mean:
    path = Path(place)
    if name == "comet" and path.is_file():
        return _neural_mean("COMET", partial(score_comet, path), path, scripts - XLMR_SCRIPTS, source)
    if name == "bertscore" and path.is_dir():
        return _neural_mean("BERTScore", partial(score_bert, path), path, scripts - covered_scripts(path), source)
    raise RecipeError(
        f"neural_metrics: '{name}={place}' is neither bertscore=FOLDER nor comet=FILE.ckpt of a model that is here."
    )


def _neural_mean(
    name: str, score: Callable[[Sequence[Trio]], list[float]], path: Path, missing: frozenset[str], source: str
) -> Mean:
    """The mean over texts of the best score with a reference; no score where a script is missing."""

    def score_texts(items: Sequence[Item], texts: Sequence[str]) -> list[float]:
        if missing or not texts:
            return [np.nan] * len(texts)
        groups = [
            [(str(item.fields.get(source, "")), text, reference) for reference in list_references(item)]
            for item, text in zip(items, texts, strict=True)
        ]
        scores = iter(score(list(chain.from_iterable(groups))))
        return [max(next(scores) for _ in group) for group in groups]

    refused = f"|refused:{'+'.join(sorted(missing))} not in its vocabulary" if missing else ""
    return mean_of_texts(name, score_texts, f"model:{path.name}{refused}")


@lru_cache
def covered_scripts(folder: Path) -> frozenset[str]:
    """Scripts of which a tokenizer's vocabulary has LETTERS letters or more."""
    tokenizer, _ = open_encoder(folder)
    letters = {letter for piece in tokenizer.get_vocab() for letter in tokenizer.convert_tokens_to_string([piece])}
    counts = np.bincount(script_table()[[ord(letter) for letter in letters]], minlength=len(SCRIPT_CODES))
    return frozenset(code for code, count in zip(SCRIPT_CODES, counts, strict=True) if count >= LETTERS)


@lru_cache(maxsize=1)
def open_encoder(folder: Path) -> tuple[Any, Any]:
    """The tokenizer and model of a folder."""
    library = need("transformers", "train")
    return library.AutoTokenizer.from_pretrained(folder), library.AutoModel.from_pretrained(folder).eval()


def score_bert(folder: Path, trios: Sequence[Trio]) -> list[float]:
    """BERTScore's F1, without weights by rarity and without rescaling."""
    texts = sorted({text for _, *pair in trios for text in pair})
    vectors = {text: _embed(text, folder) for text in texts}
    return [compare(vectors[text], vectors[reference]) for _, text, reference in trios]


def _embed(text: str, folder: Path) -> Floats:
    torch = need("torch", "train")
    tokenizer, model = open_encoder(folder)
    longest = model.config.max_position_embeddings - 2  # RoBERTa counts positions from two
    with torch.inference_mode():
        tokens = tokenizer(text.strip(), return_tensors="pt", truncation=True, max_length=longest)
        layers = model(**tokens, output_hidden_states=True).hidden_states
        return np.asarray(torch.nn.functional.normalize(layers[min(LAYER, len(layers) - 1)][0], dim=-1), np.float64)


def compare(one: Floats, other: Floats) -> float:
    """F1 by each token's most similar token; the first and the last one are the encoder's own, and weigh nothing."""
    similar = one @ other.T
    if min(similar.shape) <= 2:
        return 0.0
    precision, recall = similar.max(axis=1)[1:-1].mean(), similar.max(axis=0)[1:-1].mean()
    return float(2 * precision * recall / (precision + recall))


def score_comet(checkpoint: Path, trios: Sequence[Trio]) -> list[float]:
    """COMET's scores by its own command: its package cannot be installed beside ours (it needs NumPy 1)."""
    if (command := which("comet-score")) is None:
        raise RecipeError("COMET needs the command 'comet-score'. Install unbabel-comet in an environment of its own.")
    with TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("sources", "texts", "references")]
        for file, column in zip(files, zip(*trios, strict=True), strict=True):
            file.write_text("".join(" ".join(text.split()) + "\n" for text in column))
        options = zip(("-s", "-t", "-r"), map(str, files), strict=True)
        out = Path(folder, "scores.json")
        arguments = [*sum(options, ()), "--model", str(checkpoint), "--to_json", str(out), "--gpus", "0"]
        subprocess.run([command, *arguments], check=True, stdout=subprocess.DEVNULL)
        (rows,) = orjson.loads(out.read_bytes()).values()
        return [float(row["COMET"]) for row in rows]
