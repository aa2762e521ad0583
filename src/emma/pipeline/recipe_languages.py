"""`emma lang lint RECIPE`: every decision from a code to a language that a recipe comes to, the odd ones first.

Codes are those that the recipe names, and those of a sample of the data where it is there. Nothing is stored.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from emma.collect.config import CollectConfig, SourceConfig
from emma.collect.files.inputs import find_files
from emma.collect.files.locations import SourceFile
from emma.collect.files.opening import open_piece
from emma.collect.files.ranges import Part, Piece
from emma.collect.reading import called
from emma.collect.records import RawDocument, Reject
from emma.collect.text.file_names import told_of
from emma.collect.text.naming import CODE_READER, Naming
from emma.collect.text.writing import decided
from emma.errors import EmmaError, LanguageError
from emma.lang.codes import SAMPLE_CHARS, resolve
from emma.lang.language import LABEL, Lang
from emma.lang.oddities import find_oddities, rank_oddities
from emma.lang.scripts import Evidence, scripts_agree, strip_markup, written_in
from emma.pipeline.recipe import Recipe

FILES = 1_000
"""Files of a source that are looked into, spread over all of them."""
UNITS = 20_000
"""Texts of a source that are looked at, and at least PER_FILE of each file."""
PER_FILE = 20
MOST = 0.5
"""Share of a code's texts from which a script that its label does not allow is worth a word."""


@dataclass
class Decision:
    """What one code of one source stands for."""

    source: str
    code: str
    """Empty where texts name none."""
    label: str
    """Empty where it is refused."""
    rule: str
    """How we know, or why it is refused."""
    texts: int
    """Of the sample; 0 for what only the recipe names."""
    example: str
    """A file that has it."""
    odd: list[str] = field(default_factory=list)
    foreign: dict[str, int] = field(default_factory=dict)
    """Texts by the script they are in, where that is not the label's."""

    def take(self, text: str) -> None:
        """Count a text of the sample."""
        self.texts += 1
        script = written_in(strip_markup(text, SAMPLE_CHARS))
        if self.label and not scripts_agree(script, Lang.parse(self.label).script):
            self.foreign[script] = self.foreign.get(script, 0) + 1


def decisions(section: CollectConfig, root: Path) -> tuple[list[Decision], list[str]]:
    """Refused codes first, then odd ones, then the others, in the recipe's order; and notes on what was not read."""
    found: list[Decision] = []
    notes: list[str] = []
    for source in (*section.sources, *section.benchmarks):
        if source.reader == CODE_READER:
            continue
        of_source = list(_declared(source))
        try:
            of_source += _sampled(source, section, root, notes)
        except (EmmaError, OSError) as error:
            notes.append(f"{source.name}: its files were not read ({error})")
        found += _marked(of_source)
    return sorted(found, key=lambda each: (bool(each.label), rank_oddities(each.odd))), notes


def _declared(source: SourceConfig) -> Iterator[Decision]:
    """What the recipe itself says."""
    named = {"lang": source.lang, "lang2": source.lang2} | {f"codes.{code}": to for code, to in source.codes.items()}
    for key, code in named.items():
        if code:
            try:
                found = resolve(code, "a")  # any text will do: this is not about scripts
                yield Decision(source.name, code, found.label, f"the source's `{key}`", 0, "")
            except LanguageError as error:
                yield Decision(source.name, code, "", f"the source's `{key}`: {error}", 0, "")


def _sampled(source: SourceConfig, section: CollectConfig, root: Path, notes: list[str]) -> list[Decision]:
    """What a sample of the files comes to, by code and label; a note where there is no text in it."""
    seen: dict[tuple[str, str], Decision] = {}
    bad: list[str] = []
    for file, text, code, label, rule in _texts(source, section, root, bad):
        seen.setdefault((code, label), Decision(source.name, code, label, rule, 0, file)).take(text)
    if not seen:
        why = f"; the first reject: {bad[0]}" if bad else ""
        notes.append(f"{source.name}: no text in the sample of its files{why}")
    return [seen[key] for key in sorted(seen)]


def _texts(
    source: SourceConfig, section: CollectConfig, root: Path, bad: list[str]
) -> Iterator[tuple[str, str, str, str, str]]:
    """File, text, code, label and rule of both sides of each text in the sample; `bad` gets what is bad, in words."""
    groups, naming = find_files(source, root).groups, Naming(source, {})
    step = -(-len(groups) // FILES)
    each_file = PER_FILE if source.member else max(PER_FILE, UNITS * step // len(groups))
    for group in groups[::step]:
        for file in open_piece(_piece(group), source, section.max_row_bytes):
            if isinstance(file, Reject):
                bad.append(f"{file.file or group[0].name}: {file.reason}")
                continue
            names = told_of(file.name, [each.name for each in file.companions], source)
            naming.untold = tuple(each.why for each in names)
            read = list(islice(called(file, source, names), each_file))
            bad += [f"{file.name}, row {unit.row}: {unit.reason}" for unit in read if isinstance(unit, Reject)]
            units = (unit for unit in read if isinstance(unit, RawDocument) and unit.text.strip())
            for unit in decided(units, naming):
                yield (file.name, unit.text, *_side(naming.of, unit.code, unit.text, unit.seen))
                if unit.text2:
                    yield (file.name, unit.text2, *_side(naming.of_other, unit.code2, unit.text2, unit.seen2))


def _side(name: Any, code: str, text: str, seen: Evidence | None) -> tuple[str, str, str]:
    try:
        label, rule = name(code, text, seen)
    except LanguageError as error:
        return code, "", str(error)
    return code, label, rule


def _piece(group: Sequence[SourceFile]) -> Piece:
    return Piece(parts=tuple(Part(name=each.name, mark="", location=each.location) for each in group))


def _marked(found: list[Decision]) -> list[Decision]:
    """The decisions of a source, each with what is odd about it beside the others."""
    languages = {Lang.parse(each.label).iso639_3 for each in found if each.label}
    for each in found:
        if LABEL.fullmatch(each.label):
            each.odd = list(find_oddities(each.code, Lang.parse(each.label), languages))
            script, count = max(each.foreign.items(), key=lambda item: item[1], default=("", 0))
            if count > MOST * each.texts:
                each.odd.append(f"written in {script} in {count:,} of its {each.texts:,} texts")
    return found


def lint_recipe(path: Path, changes: Sequence[str] = ()) -> dict[str, Any]:
    """The audit as plain values."""
    recipe = Recipe.read(path, changes)
    found, notes = decisions(recipe.collect, Path(recipe.data))
    refused = sum(not each.label for each in found)
    return {
        "sources": len(recipe.collect.sources) + len(recipe.collect.benchmarks),
        "decisions": [vars(each) for each in found],
        "refused": refused,
        "odd": sum(bool(each.odd) for each in found),
        "notes": notes,
    }


def lines(audit: dict[str, Any]) -> Iterator[str]:
    """The audit for people: a line a decision."""
    yield (
        f"{audit['sources']:,} sources and benchmarks, {len(audit['decisions']):,} decisions, from the recipe "
        f"and a sample of its files: {audit['refused']:,} refused, {audit['odd']:,} odd"
    )
    before = ""
    for each in audit["decisions"]:
        heading = "refused" if not each["label"] else "odd: worth a look" if each["odd"] else "the others"
        if heading != before:
            yield from ("", heading)
        before = heading
        yield f"  {each['source']}: {_line(each)}"
    yield from ("", *audit["notes"]) if audit["notes"] else ()


def _line(each: dict[str, Any]) -> str:
    code = each["code"] or "(no code)"
    texts = "1 text, in" if each["texts"] == 1 else f"{each['texts']:,} texts, such as in"
    where = f" ({texts} {each['example']})" if each["texts"] else ""
    if not each["label"]:
        return f"{code}: {each['rule']}{where}"
    odd = f": {'; '.join(each['odd'])}" if each["odd"] else ""
    return f"{code} → {each['label']} {Lang.parse(each['label']).name}{odd} [{each['rule']}]{where}"
