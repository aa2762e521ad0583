"""What the runs of a home have measured: for each language what it was trained on, and what that brought."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from emma.lang.coverage import is_language
from emma.lang.families import ISOLATE
from emma.lang.language import ENGLISH, Lang
from emma.lang.places import find_place
from emma.pipeline.corpus import find_input
from emma.pipeline.home import Home, Run
from emma.schemas import Row
from emma.store import shards
from emma.store.artifact import Artifact


@dataclass(frozen=True)
class Observation:
    """One language of one run. Bytes are UTF-8, repetitions counted."""

    run: str
    lang: str
    own_bytes: float
    relative_bytes: float
    tokens: int
    base: float
    """Bits per byte before."""
    adapted: float
    """Bits per byte after."""


@dataclass(frozen=True)
class Mix:
    """What the training of a run went through."""

    run: str
    seen: Mapping[str, float]
    """UTF-8 bytes by language, each as often as it was seen."""
    tokens: int


def read_mix(run: Run) -> Mix:
    """The mix that the evaluated model of a run was trained on."""
    train = find_input(run.home, run.artifact("evaluate"), "train")
    plan = read_rows(find_input(run.home, train, "mix"), "plan")
    return Mix(run.name, sum_bytes_seen(plan), round(sum(row["epochs"] * row["tokens"] for row in plan)))


def list_evaluated(home: Home) -> list[Run]:
    """The runs of a home whose model was measured."""
    return [run for run in home.list_runs() if "evaluate" in run.addresses]


def observe_run(run: Run, mix: Mix) -> Iterator[Observation]:
    """The languages of a run that were trained on and measured under both models; none without a base.

    English is left out: bases know it, and mixes repeat it to keep it.
    """
    for row in read_rows(run.artifact("evaluate"), "gains"):
        lang = row["lang"]
        if is_language(lang) and lang != ENGLISH.label and mix.seen.get(lang):
            relatives = sum(list_relatives(lang, mix.seen).values())
            before, after = row["bpb_base"], row["bpb_adapted"]
            yield Observation(run.name, lang, mix.seen[lang], relatives, mix.tokens, before, after)


def read_rows(artifact: Artifact, table: str) -> Sequence[Row]:
    """The rows of a small table of an artifact."""
    rows: list[Row] = shards.read(artifact.file(f"{table}.parquet")).to_pylist()
    return rows


def sum_bytes_seen(plan: Sequence[Row]) -> dict[str, float]:
    """Bytes of each language that training goes through, each as often as it is seen (rows of schemas.PLAN)."""
    seen: dict[str, float] = defaultdict(float)
    for row in plan:
        seen[row["lang"]] += row["epochs"] * row["bytes"]
    return dict(seen)


def list_relatives(lang: str, seen: Mapping[str, float]) -> dict[str, float]:
    """The other languages of a language's family and their bytes, most first.

    Its other scripts are among them; English is not, as bases know it and nearly every mix repeats it.
    """
    if (family := find_place(Lang.parse(lang).iso639_3).family) in ("", ISOLATE):
        return {}
    isos = {other: Lang.parse(other).iso639_3 for other in seen if other != lang and is_language(other)}
    near = [other for other, iso in isos.items() if find_place(iso).family == family and iso != ENGLISH.iso639_3]
    return {other: seen[other] for other in sorted(near, key=lambda other: (-seen[other], other))}
