"""The store of answers: what a model said to each request, kept for whoever asks it the same again.

Shards are only ever added, each in one step, so a process may be killed anywhere. Metrics are computed from here
without the model, and another run that asks the same of the same model finds it answered.
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path

import pyarrow as pa

from emma.evaluate.engine.requests import Answer, ScoreAnswer, TextAnswer
from emma.schemas import Row
from emma.store import shards
from emma.store.files import replace_file

FOLDER = "answers"
"""Name of the folder of the store with a folder for each model."""
ANSWERS = pa.schema(
    [
        ("key", pa.binary(16)),  # of the request, from `request_key`
        ("shots", pa.int16()),
        ("truncated", pa.bool_()),
        ("nats", pa.list_(pa.float64())),  # of each choice; null where a text was written
        ("choice_tokens", pa.list_(pa.int32())),
        ("greedy", pa.list_(pa.bool_())),
        ("text", pa.string()),  # null where choices were scored
        ("tokens", pa.int32()),
        ("finish", pa.string()),
    ]
)


class AnswerStore:
    """The answers of one model, in the folder that its backend's key names."""

    def __init__(self, root: Path, backend_key: str) -> None:
        self.path = root / FOLDER / backend_key

    def find_keys(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys whose requests have an answer here."""
        wanted = set(map(bytes.fromhex, keys))
        there = (key for path in self.path.glob("*.parquet") for key in shards.read(path, ["key"])["key"].to_pylist())
        return {key.hex() for key in there if key in wanted}

    def find(self, keys: Iterable[str]) -> dict[str, Answer]:
        """The answers that are here to requests of these keys."""
        wanted, found = set(map(bytes.fromhex, keys)), dict[str, Answer]()
        for path in sorted(self.path.glob("*.parquet")):
            table = shards.read(path)
            chosen = [key in wanted for key in table["key"].to_pylist()]
            for key, answer in _read_answers(table.filter(pa.array(chosen))):
                # Two runs may have asked the same at one time: the first shard by name holds, whoever reads.
                found.setdefault(key, answer)
        return found

    def add(self, answers: Mapping[str, Answer]) -> None:
        """Keep answers by the keys of their requests, as one shard."""
        rows = [_to_row(key, answers[key]) for key in sorted(answers)]
        # Named for what was asked: a run that was killed and gone on writes the same files as one that was not.
        name = blake2b("".join(sorted(answers)).encode(), digest_size=10).hexdigest()
        with replace_file(self.path / f"{name}.parquet") as temporary:
            shards.write(temporary, pa.Table.from_pylist(rows, schema=ANSWERS))


def _to_row(key: str, answer: Answer) -> Row:
    row = {"key": bytes.fromhex(key), "shots": answer.shots, "truncated": answer.truncated}
    if isinstance(answer, TextAnswer):
        return {**row, "text": answer.text, "tokens": answer.tokens, "finish": answer.finish}
    return {**row, "nats": answer.nats, "choice_tokens": answer.tokens, "greedy": answer.greedy}


def _read_answers(table: pa.Table) -> Iterator[tuple[str, Answer]]:
    """Key and answer of each row of ANSWERS."""
    for row in table.to_pylist():
        seen = {"shots": row["shots"], "truncated": row["truncated"]}
        if row["text"] is None:
            nats, tokens, greedy = (tuple(row[name]) for name in ("nats", "choice_tokens", "greedy"))
            yield row["key"].hex(), ScoreAnswer(nats, tokens, greedy, **seen)
        else:
            yield row["key"].hex(), TextAnswer(row["text"], row["tokens"], row["finish"], **seen)
