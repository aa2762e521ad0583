"""`emma new` on every folder of real text at hand: is the recipe right at once, and does it say what it cannot know?

    python -m benchmarks.new [--data ../shared/data] [--cases ../shared/cases/corpus] [--lid MODEL] [--only WORD]

With --lid the folders of which nothing was read are tried again with a model of language identification.

Each folder is given to `emma new` with nothing but its path. The sources of the recipe that it writes are read whole by
the collect stage, and so are those of a recipe that people wrote for the same folder: `recipes/world.toml`, and the
recipe beside each case. Compared are documents and bytes by language, `group_bytes` aside. For a few
folders nobody has written a recipe, or the case is about a recipe that is wrong: there EXPECTED says what is right.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.machine import machine, result_path
from emma.collect.config import CollectConfig, SourceConfig
from emma.collect.run import collect
from emma.errors import EmmaError
from emma.pipeline.draft.run import NewAnswer, NewQuestion, draft_recipe, write_draft
from emma.pipeline.recipe import Recipe
from emma.store import shards
from emma.work.local import Local
from emma.work.progress import Reporter
from emma.work.work import Work

Documents = Counter[str]
"""Documents by label."""
EXPECTED: dict[str, Documents] = {
    "04-lang-from-ignored/moses": Counter(swa_Latn=1),
    "05-file-name-taken-for-a-language/moses": Counter(swa_Latn=1),
    "18-epub": Counter(swa_Latn=2),
    "18-epub/without-member": Counter(swa_Latn=2),
    "20-binary-read-as-text": Counter(swh_Latn=1),
    "20-binary-read-as-text/pdf": Counter(),
}
"""What is right where the case's own recipe is the mistake that it is about; from the README of each."""
NO_TEXT = ("ref/", "model/", "bench/taxi1500_labels")
"""Folders that hold tables, models or labels: right is to say so, or to leave it to a person."""
TOLERANCE = 0.02
"""Share of the bytes of a language by which the same text may differ, since lines and files end otherwise."""
DECIDING = ("lang", "lang2", "codes", "reader", "fields")
"""Settings that decide whether a source is read, those that tell most first."""
NEAR = 0.9
"""Share of the documents that must have the same label where the rest was named as unsure."""


@dataclass
class Verdict:
    """What became of one folder."""

    name: str
    verdict: str
    documents: int = 0
    languages: int = 0
    same: float = 1.0
    """Share of the documents that have the same label in both."""
    remark: str = ""
    seconds: float = 0.0


@dataclass
class Read:
    """What some sources give, by label."""

    documents: Documents = field(default_factory=Counter)
    bytes: Counter[str] = field(default_factory=Counter)

    def equals(self, other: "Read") -> bool:
        """Whether it has the same documents, or the same text divided otherwise."""
        if self.documents == other.documents:
            return True
        labels = {*self.bytes, *other.bytes}
        return all(abs(self.bytes[label] - other.bytes[label]) <= TOLERANCE * other.bytes[label] for label in labels)

    def share_same(self, other: "Read") -> float:
        """Share of the text that is in both under one label."""
        return (self.bytes & other.bytes).total() / max(1, self.bytes.total(), other.bytes.total())


def read_all(sources: Sequence[SourceConfig], root: Path, room: Path) -> Read:
    """Read some sources whole; those that give nothing add nothing."""
    read = Read()
    for number, source in enumerate(sources):
        plain = SourceConfig.model_validate(
            {**source.model_dump(exclude_defaults=True, exclude={"allow_unread"}), "group_bytes": 0, "max_reject": 1.0}
        )
        out = room / f"{time.monotonic_ns()}-{number}"
        out.mkdir()
        work = Work(out, "collect", 1, "0" * 20, out, Local(1), Reporter(quiet=True))
        try:
            collect(CollectConfig(sources=(plain,), root=str(root)), work=work)
        except EmmaError:
            continue
        for row in shards.read(out / "languages.parquet").to_pylist():
            read.documents[row["lang"]] += row["documents"]
            read.bytes[row["lang"]] += row["bytes"]
    return read


def judge(
    name: str, question: NewQuestion, reference: tuple[Sequence[SourceConfig], Path] | None, room: Path
) -> Verdict:
    """Judge one folder."""
    begin = time.process_time()
    try:
        answer = draft_recipe(question)
        recipe = Recipe.read(write_draft(question, answer))
    except EmmaError as error:
        return Verdict(name, "said" if reference is None else "wrong", remark=str(error))
    seconds = time.process_time() - begin
    root = Path(recipe.data)
    alone = read_all(recipe.collect.sources, root, room)
    mine = read_all((*recipe.collect.sources, *recipe.collect.benchmarks), root, room)
    right = None if reference is None else read_all(*reference, room)
    if name in EXPECTED:
        right = Read(EXPECTED[name])
    if right is not None and alone.equals(right):  # test splits are benchmarks, which people left out or read too
        mine = alone
    verdict = decide(name, answer, mine, right)
    return Verdict(
        name,
        verdict,
        mine.documents.total(),
        len(mine.documents),
        1.0 if right is None or verdict == "right" else mine.share_same(right),
        describe(answer, mine.documents, None if right is None else right.documents, verdict),
        seconds,
    )


def decide(name: str, answer: NewAnswer, mine: Read, right: Read | None) -> str:
    """The verdict: `right`, `right but for what it said`, `said`, `read`, or `wrong`."""
    if right is None or name.startswith(NO_TEXT):
        return "read" if mine.documents else "said"
    if mine.equals(right):
        return "right"
    open_doubts = [doubt for doubt in answer.draft.doubts if doubt.setting not in ("licence", "benchmarks")]
    waiting = any(not source.is_ready for source in answer.draft.sources)
    if not mine.documents and (waiting or answer.draft.unread):
        return "said"
    return "right but for what it said" if open_doubts and mine.share_same(right) >= NEAR else "wrong"


def describe(answer: NewAnswer, mine: Documents, right: Documents | None, verdict: str) -> str:
    """The differences, or what was said."""
    if mine and right is not None and verdict != "right":
        parts = [
            f"{word} {count} {label}"
            for word, counts in (("without", right - mine), ("also", mine - right))
            for label, count in counts.most_common(2)
        ]
        return ", ".join(parts)
    waiting = [source for source in answer.draft.sources if not source.is_ready]
    doubts = [doubt for source in waiting for doubt in source.doubts if doubt.setting in DECIDING]
    said = [doubt.text for doubt in sorted(doubts, key=lambda doubt: DECIDING.index(doubt.setting))]
    said += [why for _, _, why in answer.draft.unread]
    return "" if mine else (said or [""])[0].split(". ")[0][:160]


def find_folders(data: Path, world: Recipe) -> Iterator[tuple[str, Path]]:
    """The folders, and files beside them, of the data; the inner folders where the recipe reads one of these alone."""
    for kind in ("mono", "bitext", "domain", "web", "bench", "ref", "model"):
        for path in sorted((data / kind).iterdir()):
            name = f"{kind}/{path.name}"
            inner = sorted(folder for folder in path.iterdir() if folder.is_dir()) if path.is_dir() else []
            parts = [f"{name}/{folder.name}" for folder in inner if reference_sources(world, f"{name}/{folder.name}/")]
            yield from ([(f"{name}/{folder.name}", folder) for folder in inner] if parts else [(name, path)])


def reference_sources(world: Recipe, name: str) -> list[SourceConfig]:
    """The sources and benchmarks of a recipe that read a folder."""
    everything = (*world.collect.sources, *world.collect.benchmarks)
    return [source for source in everything if all(path.startswith(name) for path in source.patterns)]


def judge_data(data: Path, room: Path, only: Callable[[str], bool], lid: str = "") -> Iterator[Verdict]:
    """Judge the folders of the data."""
    recipe = Recipe.read(Path("recipes/world.toml"))
    for name, path in find_folders(data, recipe):
        if only(name):
            sources = reference_sources(recipe, name)
            question = NewQuestion((path,), lid=lid, out=room / "drafted.toml")
            yield judge(name, question, (sources, data) if sources else None, room)


def judge_cases(cases: Path, room: Path, only: Callable[[str], bool]) -> Iterator[Verdict]:
    """Judge the cases, each with the recipe beside it."""
    for path in sorted(cases.rglob("recipe.toml")):
        name = path.parent.relative_to(cases).as_posix()
        if only(name):
            recipe = Recipe.read(path)
            root = path.parent / recipe.data
            yield judge(name, NewQuestion((root,), out=room / "drafted.toml"), (recipe.collect.sources, root), room)


def render(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """The table."""
    yield "| folder | verdict | documents | languages | same label | remark | CPU s |"
    yield "|---|---|--:|--:|--:|---|--:|"
    for row in verdicts:
        remark = row.remark.replace("|", "\\|").replace("\n", " ")
        share = f"{100 * row.same:.1f} %" if row.documents else ""
        numbers = f"{row.documents:,} | {row.languages:,}" if row.documents else " | "
        yield f"| {row.name} | {row.verdict} | {numbers} | {share} | {remark} | {row.seconds:.1f} |"


def summarise(verdicts: Sequence[Verdict]) -> str:
    """Counts of verdicts in a sentence."""
    counts = Counter(row.verdict for row in verdicts)
    return f"{len(verdicts)} folders: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())


def main() -> None:
    """Judge all, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cases", type=Path, default=Path("../shared/cases/corpus"))
    parser.add_argument("--lid", default="", metavar="MODEL")
    parser.add_argument("--only", default="", metavar="WORD")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        groups = judge_all(arguments, Path(folder))
    lines = ["# `emma new` on every folder at hand", "", "`python -m benchmarks.new`", "", machine(), "", *INTRODUCTION]
    for title, verdicts in groups.items():
        lines += ["", f"## {title}", "", f"{summarise(verdicts)}.", "", *render(verdicts)]
    if not arguments.only:
        result_path("new").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for title, verdicts in groups.items():
        print(f"{title}: {summarise(verdicts)}")


def judge_all(arguments: argparse.Namespace, room: Path) -> dict[str, list[Verdict]]:
    """Verdicts by heading."""
    real = list(show(judge_data(arguments.data, room, lambda name: arguments.only in name)))
    cases = list(show(judge_cases(arguments.cases, room, lambda name: arguments.only in name)))
    groups = {"Real text, against recipes/world.toml": real, "Cases, against their own recipes": cases}
    if arguments.lid:
        silent = {row.name for row in real if row.verdict == "said" and not row.name.startswith(NO_TEXT)}
        again = list(show(judge_data(arguments.data, room, silent.__contains__, arguments.lid)))
        groups["Those that said what they did not know, again with --lid"] = again
    return groups


def show(verdicts: Iterator[Verdict]) -> Iterator[Verdict]:
    """The verdicts, each printed as it comes."""
    for verdict in verdicts:
        print([*render([verdict])][-1], flush=True)
        yield verdict


INTRODUCTION = [
    "Each folder is given to `emma new` with nothing but its path. **right**: what it reads has the same documents, or "
    "the same text divided otherwise, in the same languages as the recipe that people wrote. **right but for what it "
    "said**: at least 90 % of the text is the same, and it named what it was unsure of. **said**: it reads nothing, "
    "and says what somebody must decide, or that it is no text. **read**: nobody has written a recipe to compare with, "
    "and it reads something. **wrong**: anything else. The last column is the time that `emma new` took.",
]


if __name__ == "__main__":
    main()
