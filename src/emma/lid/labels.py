"""A model's labels as languages, resolved like any other code, and how likely they make the one a document declares."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.errors import LanguageError
from emma.lang.codes import resolve
from emma.lang.language import Lang
from emma.lang.macro import macrolanguage_of
from emma.lang.scripts import unicode_scripts
from emma.lang.tables import Scheme

LABELS = pa.schema(
    [
        ("model_label", pa.string()),  # as it stands in the model
        ("label", pa.string()),  # xxx_Yyyy; null: no language that we could name
        ("reason", pa.string()),  # how it was resolved, or why not
    ]
)


class ModelLabel(NamedTuple):
    """A row of LABELS: what one label of a model means."""

    model_label: str
    label: str | None
    reason: str


def resolve_labels(
    names: Sequence[str], scheme: Scheme = "any", codes: Mapping[str, str] | None = None
) -> list[ModelLabel]:
    """Resolve a model's labels, in its order. `codes` says what some of them stand for, whatever the scheme."""
    return [_resolve(name, (codes or {}).get(name, name), scheme) for name in names]


def _resolve(name: str, code: str, scheme: Scheme) -> ModelLabel:
    try:
        resolution = resolve(code, "", scheme if code == name else "any")
    except LanguageError as refusal:
        return ModelLabel(name, None, str(refusal))
    return ModelLabel(name, resolution.label, resolution.rule)


def labels_table(labels: Sequence[ModelLabel]) -> pa.Table:
    """The labels as a table of the schema LABELS."""
    return pa.Table.from_pylist([label._asdict() for label in labels], LABELS)


@lru_cache(maxsize=1 << 18)
def labels_agree(declared: str, predicted: str) -> bool:
    """Whether two labels can mean the same language.

    They do when the code is the same, or one is the macrolanguage of the other, and the scripts share characters:
    Hani, Hans and Hant do, Latn and Cyrl do not.
    """
    one, other = Lang.parse(declared), Lang.parse(predicted)
    same = one.iso639_3 == other.iso639_3 or one.iso639_3 == macrolanguage_of(other.iso639_3)
    same = same or macrolanguage_of(one.iso639_3) == other.iso639_3
    return same and bool(unicode_scripts(one.script) & unicode_scripts(other.script))


def agreement_scores(table: pa.Table, langs: Sequence[str], known_labels: Sequence[str]) -> NDArray[np.float32]:
    """Score how likely the declared language of each row is by what a model predicted: float32 (n,).

    `table` has the columns `labels` and `scores` of IDENTIFIED, `langs` the declared labels, `known_labels` all that
    the model can say. A score is the sum over the labels that agree. NaN where the model knows no label that agrees,
    or predicted nothing: that is no evidence against anything. 0 where it knows the language and did not think of it.
    """
    declared = pa.array(langs, pa.string()).dictionary_encode()
    labels = table["labels"].combine_chunks()
    predicted = pc.list_flatten(labels).dictionary_encode()
    rows = pc.list_parent_indices(labels).to_numpy()
    chances = pc.list_flatten(table["scores"].combine_chunks()).to_numpy(zero_copy_only=False)
    names = declared.dictionary.to_pylist()
    agree = np.array(
        [[labels_agree(lang, label) for label in predicted.dictionary.to_pylist()] for lang in names], bool
    )
    known = np.array([any(labels_agree(lang, label) for label in known_labels) for lang in names], bool)
    declared_of = declared.indices.to_numpy(zero_copy_only=False)
    predicted_of = predicted.indices.to_numpy(zero_copy_only=False)
    counted = agree[declared_of[rows], predicted_of] if len(rows) else np.zeros(0, bool)
    # np.bincount of empty input counts in integers, which know no NaN.
    scores = np.bincount(rows[counted], chances[counted], len(declared_of)).astype(np.float64)
    scores[~known[declared_of] | (np.bincount(rows, minlength=len(declared_of)) == 0)] = np.nan
    return np.minimum(scores, 1).astype(np.float32)
