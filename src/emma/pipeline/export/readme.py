"""The README of an export: how `datasets` loads each language, what the columns are, and whose texts they are."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from emma.lang.language import Lang
from emma.schemas import SPLITS, Row
from emma.work.by_language import MAX_CONFIGS, needs_one_config

ONE_CONFIG = "default"
HEAD = """\
`lang` is ISO 639-3 and ISO 15924 (`zxx_Zyyy` for program code). `text2` and `lang2` are the other side of a pair of
translations, null elsewhere; `source_code` is what the source called the language; `meta` is what else it said of the
text, as JSON. `redistribution` says who may see the text: of `public` texts anybody, of others not without asking."""
TEXT_HEAD = """\
The files hold texts alone, an empty line between two of them; pairs of translations stand in two files beside them, a
line each. Ids, licences and the rest of what is known of a text are in the other formats (`--format parquet`)."""


def render_front_matter(kind: str, files: Sequence[str]) -> Iterator[str]:
    """The lines by which `datasets` finds files, named from the folder: a configuration for each language."""
    yield "---"
    yield "configs:"
    for label, paths in list_configs(kind, files).items():
        yield f"- config_name: {label}"
        if kind == "txt":
            yield "  sample_by: paragraph"
        yield "  data_files:"
        for split in (split for split in SPLITS if split in paths):
            yield f"  - split: {split}"
            yield f"    path: {json.dumps(paths[split])}"
    yield "---"


def list_configs(kind: str, files: Sequence[str]) -> dict[str, dict[str, str]]:
    """The configurations by name, each with the path of every split."""
    configs: dict[str, dict[str, str]] = {}
    is_one = needs_one_config(len({Path(name).parent.name for name in files}))
    for path in map(Path, files):
        split, _, end = path.name.partition(".")
        if end == kind:  # pairs that stand beside texts are none that `datasets` reads
            place = f"data/*/{path.name}" if is_one else path.as_posix()
            configs.setdefault(ONE_CONFIG if is_one else path.parent.name, {})[split] = place
    return configs


@dataclass(frozen=True)
class Contents:
    """What the README tells of."""

    title: str
    kind: str
    """The end of the names of the files that `datasets` reads."""
    files: Sequence[str]
    """Their names from the folder, and those of pairs beside texts."""
    columns: Sequence[str]
    sizes: Sequence[Row]
    """Rows of `emma.work.by_language.SIZES`."""
    sources: Sequence[Row]
    """Rows of collect's sources.parquet, with the number of documents under `exported`."""
    masked: Mapping[str, int] = field(default_factory=dict)
    """Personal data that placeholders stand for, by kind."""


def render_readme(contents: Contents) -> str:
    """README.md."""
    columns = ", ".join(f"`{name}`" for name in contents.columns)
    texts = TEXT_HEAD if contents.kind == "txt" else f"Columns: {columns}. {HEAD}"
    origin = ("source", "licence", "redistribution", "origin", "exported")
    lines = [
        *render_front_matter(contents.kind, contents.files),
        f"\n# {contents.title}\n",
        *render_loading(contents.kind, contents.files),
        f"{texts}\n",
        *render_masked(contents.masked),
        "## Languages\n",
        *render_table(["label", "language", "documents", "pairs", "bytes", *SPLITS], list_languages(contents.sizes)),
        "\n## Sources\n",
        *render_table([*origin[:-1], "documents"], [[each[name] for name in origin] for each in contents.sources]),
    ]
    return "\n".join(lines) + "\n"


def render_loading(kind: str, files: Sequence[str]) -> Iterator[str]:
    """How to load the first language, or all where these are too many for a configuration each."""
    for label in list(list_configs(kind, files))[:1]:
        yield "```python"
        yield "from datasets import load_dataset\n"
        yield f'documents = load_dataset("path/to/this/folder", "{label}")'
        yield "```\n"
        if label == ONE_CONFIG:
            yield f"Languages are in the column `lang`: for a configuration each, {MAX_CONFIGS:,} are the most.\n"


def render_masked(masked: Mapping[str, int]) -> Iterator[str]:
    """What was masked in the texts."""
    if masked:
        counts = ", ".join(f"{kind} {count:,}" for kind, count in masked.items())
        yield f"Personal data in the texts and in `meta` are masked: {counts}; `id` and `url` are as they were.\n"


def list_languages(sizes: Sequence[Row]) -> list[list[object]]:
    """A row of the table for each language."""
    rows: dict[str, dict[str, Row]] = {}
    for size in sizes:
        rows.setdefault(size["lang"], {})[size["split"]] = size
    return [
        [f"`{lang}`", Lang.parse(lang).name, *sum_sizes(splits), *(count_documents(splits, split) for split in SPLITS)]
        for lang, splits in rows.items()
    ]


def sum_sizes(splits: Mapping[str, Row]) -> list[int]:
    """Documents, pairs and bytes of all splits of a language."""
    return [sum(size[name] for size in splits.values()) for name in ("documents", "bitext", "bytes")]


def count_documents(splits: Mapping[str, Row], split: str) -> int:
    """Documents of one split of a language."""
    return int(splits[split]["documents"]) if split in splits else 0


def render_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """The lines of a table in Markdown; numbers to the right, with commas."""
    numbers = [all(isinstance(row[at], int) for row in rows) for at in range(len(head))]
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join('--:' if number else '---' for number in numbers)}|"
    for row in rows:
        yield f"| {' | '.join(show_cell(cell) for cell in row)} |"


def show_cell(cell: object) -> str:
    """A cell as Markdown has it."""
    if isinstance(cell, int):
        return f"{cell:,}"
    return " ".join(str(cell or "").replace("|", "\\|").split())
