"""`emma lang lint RECIPE`: every decision from a code to a language that a recipe comes to, the odd ones first.

Codes are those that the recipe names, and those of a sample of the data where it is there. Nothing is stored.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from emma.collect.config import CODE_READER, CollectConfig, SourceConfig
from emma.collect.documents import clean_documents
from emma.collect.files.inputs import find_files
from emma.collect.files.locations import SourceFile
from emma.collect.files.opening import open_range
from emma.collect.files.ranges import FileRange, RangePart
from emma.collect.readers.registry import find_reader
from emma.collect.records import EMPTY_TEXT, Reject
from emma.collect.text.naming import Naming
from emma.collect.text.short_texts import decide_scripts
from emma.errors import EmmaError, LanguageError
from emma.lang.codes import SAMPLE_CHARS, resolve
from emma.lang.language import Lang
from emma.lang.oddities import find_oddities, rank_oddities
from emma.lang.scripts import Evidence, scripts_agree, strip_markup, written_in
from emma.pipeline.recipe import Recipe
from emma.wording import plural

MAX_FILES = 1_000
"""Files of a source that are looked into, spread over all of them."""
MAX_TEXTS = 20_000
"""Texts of a source that are looked at, and at least MIN_TEXTS_PER_FILE of each file."""
MIN_TEXTS_PER_FILE = 20
FOREIGN_SHARE = 0.5
"""Share of a code's texts from which a script that its label does not allow is worth a word."""


@dataclass
class Decision:
    """The language that one code of one source stands for."""

    source: str
    code: str
    """Empty where texts name none."""
    label: str
    """Empty where it is refused."""
    rule: str
    """Rule that resolved it, or the reason why it is refused."""
    texts: int
    """Texts of the sample that have it; 0 for what only the recipe names."""
    example: str
    """A file that has it."""
    odd: list[str] = field(default_factory=list)
    foreign: dict[str, int] = field(default_factory=dict)
    """Texts by the script they are in, where that is not the label's."""

    def count_text(self, text: str) -> None:
        """Count a text of the sample."""
        self.texts += 1
        script = written_in(strip_markup(text, SAMPLE_CHARS))
        if self.label and not scripts_agree(script, Lang.parse(self.label).script):
            self.foreign[script] = self.foreign.get(script, 0) + 1


@dataclass(frozen=True)
class RecipeLint:
    """All decisions of a recipe."""

    sources: int
    """Sources and benchmarks."""
    decisions: list[Decision]
    """Refused codes first, then odd ones, then the others, in the recipe's order."""
    refused: int
    odd: int
    notes: list[str]
    """Sources that were not read, and why."""


def lint_recipe(path: Path, changes: Sequence[str] = ()) -> RecipeLint:
    """Find every decision that a recipe comes to, with `changes` as of `--set`. Raises RecipeError."""
    recipe = Recipe.read(path, changes)
    decisions, notes = find_decisions(recipe.collect, Path(recipe.data))
    return RecipeLint(
        sources=len(recipe.collect.sources) + len(recipe.collect.benchmarks),
        decisions=decisions,
        refused=sum(not decision.label for decision in decisions),
        odd=sum(bool(decision.odd) for decision in decisions),
        notes=notes,
    )


def find_decisions(section: CollectConfig, root: Path) -> tuple[list[Decision], list[str]]:
    """Find the decisions of all sources and benchmarks; also notes on what was not read."""
    decisions: list[Decision] = []
    notes: list[str] = []
    for source in (*section.sources, *section.benchmarks):
        if source.reader == CODE_READER:
            continue
        source_decisions = list(_declared_decisions(source))
        try:
            source_decisions += _sampled_decisions(source, section, root, notes)
        except (EmmaError, OSError) as error:
            notes.append(f"{source.name}: its files were not read ({error})")
        _mark_odd(source_decisions)
        decisions += source_decisions
    return sorted(decisions, key=lambda decision: (bool(decision.label), rank_oddities(decision.odd))), notes


def _declared_decisions(source: SourceConfig) -> Iterator[Decision]:
    """List the decisions that the recipe itself states."""
    codes = {"lang": source.lang, "lang2": source.lang2} | {f"codes.{code}": to for code, to in source.codes.items()}
    for key, code in codes.items():
        if code:
            try:
                resolution = resolve(code, "a")  # any text will do: this is not about scripts
                yield Decision(source.name, code, resolution.label, f"the source's `{key}`", 0, "")
            except LanguageError as error:
                yield Decision(source.name, code, "", f"the source's `{key}`: {error}", 0, "")


def _sampled_decisions(source: SourceConfig, section: CollectConfig, root: Path, notes: list[str]) -> list[Decision]:
    """List the decisions on a sample of the files, by code and label; a note where there is no text in it."""
    decisions: dict[tuple[str, str], Decision] = {}
    rejects: list[str] = []
    for file, text, (code, label, rule) in _sample_texts(source, section, root, rejects):
        decision = decisions.setdefault((code, label), Decision(source.name, code, label, rule, 0, file))
        decision.count_text(text)
    if not decisions:
        why = f"; the first reject: {rejects[0]}" if rejects else ""
        notes.append(f"{source.name}: no text in the sample of its files{why}")
    return [decisions[key] for key in sorted(decisions)]


NamedCode = tuple[str, str, str]
"""A code, the label that it stands for, and the rule or the reason why it is refused."""


def _sample_texts(
    source: SourceConfig, section: CollectConfig, root: Path, rejects: list[str]
) -> Iterator[tuple[str, str, NamedCode]]:
    """File, text and code of both sides of each text in the sample; `rejects` gets what cannot be read, in words."""
    groups, naming = find_files(source, root).groups, Naming(source, {})
    # Every n-th file, since files of one language often lie together.
    step = -(-len(groups) // MAX_FILES)
    most = MIN_TEXTS_PER_FILE if source.member else max(MIN_TEXTS_PER_FILE, MAX_TEXTS * step // len(groups))
    for group in groups[::step]:
        for file in open_range(_make_file_range(group), source, section.max_row_bytes):
            if isinstance(file, Reject):
                rejects.append(f"{file.file or group[0].name}: {file.reason}")
                continue
            naming.begin_file(file.name, [companion.name for companion in file.companions])
            raw = islice(find_reader(source).read(file, source), most)
            of_file: list[Reject] = []
            for document, evidence, evidence2 in decide_scripts(clean_documents(raw, naming, of_file.append), naming):
                yield file.name, document.text, _name_code(naming.name_text, document.code, document.text, evidence)
                if document.text2:
                    named = _name_code(naming.name_translation, document.code2, document.text2, evidence2)
                    yield file.name, document.text2, named
            rejects += [
                f"{file.name}, row {reject.row}: {reject.reason}" for reject in of_file if reject.kind != EMPTY_TEXT
            ]


def _make_file_range(group: Sequence[SourceFile]) -> FileRange:
    return FileRange(parts=tuple(RangePart(name=file.name, mark="", location=file.location) for file in group))


def _name_code(
    name: Callable[[str, str, Evidence | None], tuple[Lang, str]], code: str, text: str, evidence: Evidence | None
) -> NamedCode:
    try:
        lang, rule = name(code, text, evidence)
    except LanguageError as error:
        return code, "", str(error)
    return code, lang.label, rule


def _mark_odd(decisions: Sequence[Decision]) -> None:
    """Note with each decision of a source what is odd about it beside the others."""
    languages = {Lang.parse(decision.label).iso639_3 for decision in decisions if decision.label}
    for decision in decisions:
        if decision.label:
            decision.odd = list(find_oddities(decision.code, Lang.parse(decision.label), languages))
            script, count = max(decision.foreign.items(), key=lambda item: item[1], default=("", 0))
            if count > FOREIGN_SHARE * decision.texts:
                decision.odd.append(f"written in {script} in {count:,} of its {plural(decision.texts, 'text')}")


def render_text(lint: RecipeLint) -> Iterator[str]:
    """Render the decisions for people, a line each."""
    read = plural(lint.sources, "source or benchmark", "sources and benchmarks")
    made = plural(len(lint.decisions), "decision")
    yield f"{read}, {made}, from the recipe and a sample of its files: {lint.refused:,} refused, {lint.odd:,} odd"
    before = ""
    for decision in lint.decisions:
        heading = "refused" if not decision.label else "odd: worth a look" if decision.odd else "the others"
        if heading != before:
            yield from ("", heading)
        before = heading
        yield f"  {decision.source}: {_render_decision(decision)}"
    yield from ("", *lint.notes) if lint.notes else ()


def _render_decision(decision: Decision) -> str:
    code = decision.code or "(no code)"
    texts = f"{plural(decision.texts, 'text')}, {'in' if decision.texts == 1 else 'such as in'}"
    where = f" ({texts} {decision.example})" if decision.texts else ""
    if not decision.label:
        return f"{code}: {decision.rule}{where}"
    odd = f": {'; '.join(decision.odd)}" if decision.odd else ""
    return f"{code} → {decision.label} {Lang.parse(decision.label).name}{odd} [{decision.rule}]{where}"
