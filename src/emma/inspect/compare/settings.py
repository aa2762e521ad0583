"""In what the recipes of runs differ: settings and versions of each stage, the base, and the files of the sources."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypedDict

from emma.inspect.diff import NAMED_TABLES, flatten_section
from emma.pipeline.corpus import read_provenance
from emma.pipeline.home import Run
from emma.pipeline.recipe import INPUTS

FILES = "files of "
"""Before the name of a source: what its files hash to, as the settings may be the same and the files not."""
ABSENT = None
"""The value of a setting that a run does not have."""


class SettingDifference(TypedDict):
    """A setting of which not all runs have the same value."""

    setting: str
    values: list[object]
    """In each run; None where it has no such setting, or has not come to its stage."""


def compare_settings(runs: Sequence[Run]) -> Iterator[SettingDifference]:
    """The settings that differ, stage by stage in the order of a run; a stage that not all have is one of them."""
    for stage in INPUTS:
        done = [stage in run.addresses for run in runs]
        if all(done):
            yield from compare_stage(stage, [read_provenance(run.artifact(stage)) for run in runs])
        elif any(done):
            yield {"setting": stage, "values": ["there" if each else ABSENT for each in done]}


def compare_stage(stage: str, facts: Sequence[Mapping[str, Any]]) -> Iterator[SettingDifference]:
    """The settings of one stage that differ; a source that not all have is one of them."""
    settings, tables = [list_settings(each) for each in facts], [list_tables(each["config"]) for each in facts]
    partly = sorted({name for each in tables for name in each if not all(name in other for other in tables)})
    for name in partly:
        yield {"setting": f"{stage}.{name}", "values": ["there" if name in each else ABSENT for each in tables]}
    for name in dict.fromkeys(name for each in settings for name in each):
        values = [each.get(name, ABSENT) for each in settings]
        if any(value != values[0] for value in values) and not any(belongs_to(name, table) for table in partly):
            yield {"setting": f"{stage}.{name}", "values": values}


def list_tables(config: Mapping[str, Any]) -> set[str]:
    """The tables of lists that have a name each, such as `sources.bible`."""
    return {f"{kind}.{table['name']}" for kind in NAMED_TABLES for table in config.get(kind) or ()}


def belongs_to(setting: str, table: str) -> bool:
    """Whether a setting is one of a named table, or what the files of a source hash to."""
    return setting.startswith(f"{table}.") or setting == f"{FILES}{table.partition('.')[2]}"


def list_settings(facts: Mapping[str, Any]) -> Mapping[str, object]:
    """The settings that a stage was made with, by dotted names, with what else its address is made of."""
    return {
        "version": facts["version"],
        **flatten_section(facts["config"]),
        # Addresses of stages before it say nothing that their own settings do not.
        **{name: key for name, key in facts["inputs"].items() if name not in INPUTS},
        **{f"{FILES}{name}": hash_briefly(files) for name, files in facts["raw"].items()},
    }


def hash_briefly(value: object) -> str:
    """A short name for a value that is too long to show."""
    from emma.store.address import address

    return address(value)[:8]
