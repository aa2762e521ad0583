"""Write the recipe: TOML in which each setting has a sentence that says what it does, or why it is what it is."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from emma.lang.language import Lang
from emma.pipeline.draft.goal import Goal, estimate_bytes
from emma.pipeline.draft.sources import Draft, DraftSource
from emma.ui.numerals import format_bytes

WIDTH = 120
ORDER = (
    "name", "reader", "path", "member", "fields", "keep", "options", "encoding", "licence", "origin", "domain", "lang",
    "lang2", "lang_from", "scheme", "codes", "group_bytes", "max_reject", "allow_unread",
)  # fmt: skip
"""Settings of a source in the order in which they are written."""
MEANING = {
    "member": "the files of the archive to read",
    "licence": "stands with every document; SPDX, such as CC-BY-4.0",
    "domain": "the kind of text; the mix can weigh domains",
    "curate.languages": "text of these languages is kept, and no other",
    "vocab.new_pieces": "the most pieces that the vocabulary gains for them",
    "mix.tokens": "tokens in all, about twice the text that was seen; small languages up to `mix.max_epochs` times",
    "mix.sequence_length": "tokens in a training sequence",
    "mix.allow_short": "train on what there is, should that be less than `tokens`",
    "mix.replay": "a share of what the base knows, so that it is not forgotten",
    "train.batch_tokens": "tokens of one update of the model",
}
"""What settings do, where no reason of their own is given."""

Sections = Mapping[str, Mapping[str, Any]]
"""Settings by section."""


def write_recipe(
    draft: Draft, goal: Goal, sections: Sections, *, name: str, base: str, command: str, path: Path
) -> str:
    """The text of the recipe."""
    lines = list(_write_top(draft, name, base, command, path))
    for source in draft.sources:
        lines += ["", *write_source(source)]
    for section, settings in sections.items():
        lines += ["", f"[{section}]"]
        lines += [_write_setting(key, value, MEANING.get(f"{section}.{key}", "")) for key, value in settings.items()]
    for written, label in goal.missing.items():
        lines += ["", f"# No text in {written} ({label}) was seen: add a source that has some."]
    return "\n".join(lines) + "\n"


def _write_top(draft: Draft, name: str, base: str, command: str, path: Path) -> Iterator[str]:
    yield f"# Made by: {command}"
    yield "# from what it saw in the files. Read it, change it, then run it:"
    yield f"#   emma run {shlex.quote(str(path))}" + ("" if base else " --until curate")
    yield "# Every setting and its default: emma collect --help, emma curate --help, and so on."
    yield _write_setting("name", name, "the name of the run")
    yield _write_setting("data", str(draft.place.root), "the folder that paths of sources start from")
    if base:
        yield _write_setting("base", base, "the model to adapt")
    else:
        yield '# base = "/models/…"  # the model to adapt; without one a corpus is compiled, and no model'
    yield from (f"# {note}" for note in draft.place.notes)
    for example, count, why in draft.unread:
        yield from _comment(f"Not read: {example}{f' and {count - 1} more' if count > 1 else ''}: {why}.")


def write_source(source: DraftSource) -> list[str]:
    """The table of a source; every line a comment where somebody must decide something first."""
    kind = "benchmarks" if source.is_benchmark else "sources"
    lines = [f"[[collect.{kind}]]"]
    values = source.config.model_dump(mode="json", exclude_defaults=True)
    for setting in ORDER:
        # what does not change what is read is no part of the dump
        value = values.get(setting, getattr(source.config, setting, None) if setting in source.reasons else None)
        if value in (None, {}, 0, False) or (setting == "domain" and value == "general"):
            continue
        lines.append(_write_setting(setting, value, source.reasons.get(setting, MEANING.get(setting, ""))))
    if not source.is_ready:
        lines += _open_settings(source)
        lines = [f"# {line}" for line in "\n".join(lines).split("\n")]
        lines.insert(0, "# This source is not read yet. Decide what is said above, then take away the marks:")
    return [*_comment(describe_source(source)), *_write_doubts(source), *lines]


def _open_settings(source: DraftSource) -> list[str]:
    """The settings that are still to be filled in."""
    sides = {doubt.setting for doubt in source.doubts} & {"lang", "lang2"}
    return [f'{side} = "xxx_Xxxx"  # the language and script, such as swh_Latn' for side in sorted(sides)]


def describe_source(source: DraftSource) -> str:
    """What a source is, in a sentence."""
    languages = source.sample.languages
    files = len(source.group.files)
    shown = ", ".join(f"{label} ({Lang.parse(label).name})" for label, _ in languages.most_common(3))
    more = f" and {len(languages) - 3} more" if len(languages) > 3 else ""
    size = format_bytes(estimate_bytes(source))
    what = f"{files} files" if files > 1 else "1 file"
    return f"{what}, about {size} of text" + (f" in {shown}{more}." if languages else ".")


def _write_doubts(source: DraftSource) -> Iterator[str]:
    for doubt in source.doubts:
        # what stands beside the setting is not said twice
        if (reason := source.reasons.get(doubt.setting, "")) not in doubt.text or not reason:
            yield from _comment(f"? {doubt.setting}: {doubt.text}")


def _comment(text: str) -> Iterator[str]:
    line = "#"
    for word in text.split():
        if len(line) + 1 + len(word) > WIDTH:
            yield line
            line = "#"
        line += f" {word}"
    yield line


def _write_setting(key: str, value: object, reason: str) -> str:
    plain = f"{key} = {to_toml(value)}"
    if not reason:
        return plain
    return f"{plain}  # {reason}" if len(plain) + len(reason) + 4 <= WIDTH else f"# {reason}\n{plain}"


def to_toml(value: object) -> str:
    """A value as TOML."""
    if isinstance(value, str):
        literal = "\\" in value and "'" not in value and value.isprintable()
        return f"'{value}'" if literal else _quote(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:_}" if value >= 10_000 else str(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_to_key(str(key))} = {to_toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(to_toml, value)) + "]"
    return str(value)


def _to_key(key: str) -> str:
    return key if re.fullmatch(r"[\w-]+", key, re.ASCII) else _quote(key)


def _quote(text: str) -> str:
    """A basic string: as in JSON, but for one control character that JSON may have as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
