"""In what the recipes of runs differ: settings and versions of each stage, the base, and the files of the sources."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypedDict

from emma.inspect.diff import flatten_section
from emma.pipeline.corpus import read_provenance
from emma.pipeline.home import Run
from emma.pipeline.recipe import INPUTS

ABSENT = None
"""The value of a setting that a run does not have."""


class SettingDifference(TypedDict):
    """A setting of which not all runs have the same value."""

    setting: str
    values: list[object]
    """In each run; None where it has no such setting, or has not come to its stage."""


def compare_settings(runs: Sequence[Run]) -> Iterator[SettingDifference]:
    """The settings that differ, stage by stage in the order of a run."""
    for stage in INPUTS:
        settings = [read_settings(run, stage) for run in runs]
        for name in dict.fromkeys(name for each in settings for name in each):
            values = [each.get(name, ABSENT) for each in settings]
            if any(value != values[0] for value in values):
                yield {"setting": f"{stage}.{name}", "values": values}


def read_settings(run: Run, stage: str) -> Mapping[str, object]:
    """The settings that a stage of a run was made with, by dotted names, with what else its address is made of."""
    if stage not in run.addresses:
        return {}
    facts = read_provenance(run.artifact(stage))
    return {
        "version": facts["version"],
        **flatten_section(facts["config"]),
        # Addresses of stages before it say nothing that their own settings do not.
        **{name: key for name, key in facts["inputs"].items() if name not in INPUTS},
        **count_files(facts["raw"]),
    }


def count_files(raw: Mapping[str, Any]) -> dict[str, object]:
    """What the files that a stage read hash to, by source: the settings may be the same and the files not."""
    return {f"files of {name}": hash_briefly(files) for name, files in raw.items()}


def hash_briefly(value: object) -> str:
    """A short name for a value that is too long to show."""
    from emma.store.address import address

    return address(value)[:8]
