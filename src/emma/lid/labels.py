"""What a model's labels mean: each resolved like any other code, or left out with the reason."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

from emma.errors import LanguageError
from emma.lang.codes import resolve
from emma.lang.tables import Scheme

LABELS = pa.schema(
    [
        ("model_label", pa.string()),  # as it stands in the model
        ("label", pa.string()),  # xxx_Yyyy; null: no language that we could name
        ("reason", pa.string()),  # how it was resolved, or why not
    ]
)


class Label(NamedTuple):
    """One row of LABELS."""

    model_label: str
    label: str | None
    reason: str


def resolve_labels(names: Sequence[str], scheme: Scheme = "any", codes: Mapping[str, str] | None = None) -> list[Label]:
    """Resolve a model's labels, in its order. `codes` says what some of them stand for, whatever the scheme."""
    return [_resolve(name, (codes or {}).get(name, name), scheme) for name in names]


def _resolve(name: str, code: str, scheme: Scheme) -> Label:
    try:
        found = resolve(code, "", scheme if code == name else "any")
    except LanguageError as refusal:
        return Label(name, None, str(refusal))
    return Label(name, found.label, found.rule)


def labels_table(labels: Sequence[Label]) -> pa.Table:
    """The labels as a table of the schema LABELS."""
    return pa.Table.from_pylist([label._asdict() for label in labels], LABELS)
