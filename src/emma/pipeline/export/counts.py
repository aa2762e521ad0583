"""What becomes of every document of a corpus in an export: exported, dropped by curation, or not asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from emma.errors import ArtifactError
from emma.lang.coverage import count_languages
from emma.pipeline.corpus import Corpus
from emma.pipeline.export.choose import is_chosen, read_tally
from emma.schemas import SPLITS, Row
from emma.store import shards
from emma.work.by_language import Choice, needs_one_config


@dataclass(frozen=True)
class Exported:
    """What was exported."""

    folder: Path
    documents: int
    bytes: int
    """UTF-8, both sides of pairs."""
    languages: int
    files: int
    has_one_config: bool
    """Whether `datasets` loads all languages at once, since they are too many for a configuration each."""
    collected: int
    """Documents that the run collected."""
    dropped: Mapping[str, int]
    """Documents that curation dropped, by reason, the most first."""
    not_asked: int
    """Documents that it kept, and that are of another language, split or source than was asked for."""
    not_public: Mapping[str, Mapping[str, int]]
    """Documents of sources whose text may not be passed on, by redistribution class and source."""
    masked: Mapping[str, int]
    """Personal data in the texts that placeholders stand for now, by kind."""
    is_new: bool = True
    """False: the same export was there."""


@dataclass(frozen=True)
class Counts:
    """Documents of a corpus by what is chosen of them."""

    corpus: Corpus
    choice: Choice

    @cached_property
    def tally(self) -> list[Row]:
        """Documents and bytes by language, source and outcome."""
        return read_tally(self.corpus.curate)

    @cached_property
    def chosen(self) -> int:
        """Documents that are chosen."""
        return sum(row["documents"] for row in self.tally if is_chosen(row, self.choice))

    @property
    def bytes(self) -> int:
        """UTF-8 bytes of these."""
        return sum(row["bytes"] for row in self.tally if is_chosen(row, self.choice))

    @cached_property
    def dropped(self) -> dict[str, int]:
        """Documents that curation dropped, by reason, the most first."""
        counts: dict[str, int] = {}
        for row in self.tally:
            if row["outcome"] not in SPLITS:
                counts[row["outcome"]] = counts.get(row["outcome"], 0) + row["documents"]
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @cached_property
    def sources(self) -> list[dict[str, Any]]:
        """The sources of chosen documents, in the recipe's order, each with their number under `exported`."""
        counts: dict[str, int] = {}
        for row in self.tally:
            if is_chosen(row, self.choice):
                counts[row["source"]] = counts.get(row["source"], 0) + row["documents"]
        rows = shards.read(self.corpus.collect.file("sources.parquet")).to_pylist()
        return [{**row, "exported": counts[row["source"]]} for row in rows if counts.get(row["source"])]

    def describe_nothing(self) -> str:
        """Why nothing is chosen, and what there is of the languages and sources that were asked for."""
        near = self.choice.model_copy(update={"splits": SPLITS})
        there = sorted({row["outcome"] for row in self.tally if is_chosen(row, near)})
        if there:
            return f"Nothing of what was asked for is in {' or '.join(self.choice.splits)}; it has {', '.join(there)}."
        return "Of these languages and sources no document was kept; 'emma status' and 'emma audit LANG' say why."

    def close(
        self, folder: Path, sizes: Sequence[Row], files: Sequence[str], masked: Mapping[str, int] = {}
    ) -> Exported:
        """What was exported, by rows of SIZES. ArtifactError unless every chosen document is in a file."""
        documents = sum(row["documents"] for row in sizes)
        if documents != self.chosen:
            raise ArtifactError(
                f"{documents:,} documents were written to {folder}, but curate kept {self.chosen:,} of them. Nothing "
                "was exported. Delete that folder and call it again; if it happens once more, please report it."
            )
        kept = sum(row["documents"] for row in self.tally if row["outcome"] in SPLITS)
        return Exported(
            folder=folder,
            documents=documents,
            bytes=sum(row["bytes"] for row in sizes),
            languages=count_languages(row["lang"] for row in sizes),
            files=len(files),
            has_one_config=needs_one_config(len({row["lang"] for row in sizes})),
            collected=kept + sum(self.dropped.values()),
            dropped=self.dropped,
            not_asked=kept - documents,
            not_public=self._group_by_class(),
            masked=dict(masked),
        )

    def _group_by_class(self) -> dict[str, dict[str, int]]:
        """Chosen documents of sources that are not public, by class and source."""
        found: dict[str, dict[str, int]] = {}
        for source in self.sources:
            if source["redistribution"] != "public":
                found.setdefault(source["redistribution"], {})[source["source"]] = source["exported"]
        return dict(sorted(found.items()))
