"""Questions to codes, tokenizers and texts in memory, answered as Arrow tables: for notebooks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from emma.errors import LanguageError, SourceError
from emma.inspect.vocab.counters import make_counter, open_counter
from emma.lang.language import Lang
from emma.lang.lint import MIN_TOKENS, lint
from emma.lang.lint_rows import Entry
from emma.lang.scripts import is_spaced
from emma.lang.tables import Scheme
from emma.lid.model import Model, open_model
from emma.pipeline.home import Home
from emma.schemas import Row

FINDINGS = pa.schema(
    [
        ("kind", pa.string()),  # one of emma.lang.lint.KINDS
        ("labels", pa.list_(pa.string())),  # the entries that it is about
        ("message", pa.string()),
        ("tokens", pa.int64()),  # of these entries together; null where no amounts are given
        ("line", pa.int64()),  # place of the first of them in the list, from 1
    ]
)
FERTILITY = pa.schema(
    [
        ("lang", pa.string()),  # null where texts are given without a language
        ("texts", pa.int64()),
        ("bytes", pa.int64()),  # UTF-8
        ("words", pa.int64()),  # white-space words; null where the script puts no spaces between words
        ("tokens", pa.int64()),
        ("tokens_per_byte", pa.float64()),
        ("tokens_per_word", pa.float64()),
    ]
)


def lint_labels(labels: Sequence[str] | Mapping[str, int], small: int = MIN_TOKENS) -> pa.Table:
    """List what is wrong with labels or codes, as `emma lang lint` finds it: a row (FINDINGS) for each finding.

    With the tokens of each label, entries of fewer than `small` are found too. Raises LanguageError where `labels` is
    no list of strings.
    """
    if isinstance(labels, str) or not all(isinstance(label, str) for label in labels):
        raise LanguageError(f'Give a list of labels or codes, such as ["swh_Latn", "iw"], not {labels!r}.')
    amounts = labels if isinstance(labels, Mapping) else {}
    entries = [Entry(label, amounts.get(label), line) for line, label in enumerate(labels, 1)]
    findings = [asdict(finding) for finding in lint(entries, small)]
    return pa.Table.from_pylist(findings, schema=FINDINGS)


def measure_fertility(
    tokenizer: Any, texts: Sequence[str] | Mapping[str, Sequence[str]], home: Path | str = "emma-runs"
) -> pa.Table:
    """Count the tokens of texts: a row (FERTILITY) for each language of a mapping from labels to texts, or for all.

    `tokenizer` is a folder, tokenizer.json, SentencePiece .model, or a run of `home`; or a tokenizer of transformers or
    tokenizers. Raises RecipeError when it is none of these, LanguageError for a label that is none, SourceError where
    texts are no list of strings.
    """
    groups = texts if isinstance(texts, Mapping) else {None: texts}
    lists = {lang: _list_texts(group) for lang, group in groups.items()}
    count = _open_counter(tokenizer, Path(home))
    rows = [_measure(lang, group, count) for lang, group in lists.items()]
    return pa.Table.from_pylist(rows, schema=FERTILITY)


def _list_texts(texts: Sequence[str] | pa.Array | pa.ChunkedArray, allow_null: bool = False) -> list[Any]:
    """Texts as a list, which a single string is not, though it too is a sequence of strings."""
    kinds = (str, type(None)) if allow_null else (str,)
    listed = texts.to_pylist() if isinstance(texts, pa.Array | pa.ChunkedArray) else texts
    if isinstance(listed, str) or not all(isinstance(text, kinds) for text in listed):
        raise SourceError(f"Give a list of texts, such as ['one', 'two'], not {texts!r:.60}.")
    return list(listed)


def _open_counter(tokenizer: Any, home: Path) -> Callable[[Sequence[str]], list[int]]:
    if isinstance(tokenizer, str | Path):
        return open_counter(str(tokenizer), Home(home)).lengths
    return make_counter(getattr(tokenizer, "backend_tokenizer", tokenizer))


def _measure(lang: str | None, texts: Sequence[str], count: Callable[[Sequence[str]], list[int]]) -> Row:
    """A row of FERTILITY."""
    tokens, size = sum(count(texts)), sum(len(text.encode()) for text in texts)
    # Counted by spaces, a Thai or Chinese sentence would be one word.
    spaced = lang is None or is_spaced(Lang.parse(lang).script)
    words = sum(len(text.split()) for text in texts) if spaced else None
    return {
        "lang": lang,
        "texts": len(texts),
        "bytes": size,
        "words": words,
        "tokens": tokens,
        "tokens_per_byte": tokens / size if size else None,
        "tokens_per_word": tokens / words if words else None,
    }


def identify_languages(
    model: Model | Path | str, texts: Sequence[str] | pa.Array | pa.ChunkedArray, k: int = 3, scheme: Scheme = "any"
) -> pa.Table:
    """The `k` likeliest languages of each text: `lang`, the likeliest (null without letters), `labels` and `scores`.

    `model` is a fastText file, a folder with model.bin, or `owner/repository@revision` of the Hugging Face hub;
    `scheme` says how its labels are read. Raises SourceError when it cannot be opened, or texts are no list of strings.
    """
    column = pa.array(_list_texts(texts, allow_null=True), pa.large_string())
    opened = model if isinstance(model, Model) else open_model(str(model), scheme)
    labels, scores = opened.identify_column(column, k)
    first = pa.array([row[0] if row else None for row in labels.to_pylist()], pa.string())
    return pa.table({"lang": first, "labels": labels, "scores": scores})
