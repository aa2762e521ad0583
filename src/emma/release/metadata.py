"""The front matter of the cards: what the hub reads, searches by and shows.

Fields and their values after modelcard.md and datasetcard.md of huggingface/hub-docs, and docs/hub/model-cards-co2.md.
"""

import re
from collections.abc import Sequence
from typing import Any

from emma.config.extras import need
from emma.lang.language import CODE, Lang
from emma.models.folder import Json
from emma.release.config import EmissionsConfig
from emma.release.facts import CardFacts, ReleasedLanguage
from emma.release.licences import describe_licence, hub_licences
from emma.schemas import SPLITS, Row
from emma.work.by_language import needs_one_config

MARK = "emma"
"""The tag of what EMMA released; a push looks for it before it writes over anything."""
SIZES = ("1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T")
BITS_PER_BYTE = "bits_per_byte"
HUB_DATASET = re.compile(r"(?:https://huggingface\.co/|hf://)datasets/([\w.-]+/[\w.-]+)")
"""The address of a data set, as an origin may state it."""


def model_front(facts: CardFacts) -> Any:
    """The front matter of the model card."""
    hub, section = need("huggingface_hub", "train"), facts.section
    trained = [row["lang"] for row in facts.languages if row["trained"]]
    benchmarks = facts.headline.get("benchmarks")
    results = [*list_results(benchmarks), *list_text_results(facts)]
    return hub.ModelCardData(
        language=hub_languages(trained),
        **describe_licence(section),
        **facts.base.front_matter,
        datasets=list(section.datasets) or None,
        library_name="transformers",
        pipeline_tag="text-generation",
        tags=["multilingual", "continual-pre-training", MARK],
        metrics=list_metrics(benchmarks) or None,
        model_name=section.title if results else None,
        eval_results=results or None,
        co2_eq_emissions=describe_emissions(section.emissions),
    )


def corpus_front(facts: CardFacts) -> Any:
    """The front matter of the corpus card, with one configuration for each language."""
    langs = [row.lang for row in facts.sizes]
    bitext = any(row.bitext for row in facts.sizes)
    return need("huggingface_hub", "train").DatasetCardData(
        language=hub_languages(langs),
        language_details=list_tags(langs) or None,
        license=hub_licences(source["licence"] for source in list_released_sources(facts)) or None,
        annotations_creators=["no-annotation"],
        language_creators=["found"],
        multilinguality=["multilingual" if len(langs) > 1 else "monolingual", *(["translation"] if bitext else [])],
        size_categories=[name_size(sum(row.documents for row in facts.sizes))],
        source_datasets=list_source_datasets(list_released_sources(facts)),
        pretty_name=f"{facts.section.title}: corpus",
        task_categories=["text-generation", *(["translation"] if bitext else [])],
        tags=["multilingual", MARK],
        configs=list_configurations(facts.sizes, facts.section.max_configs) or None,
    )


def list_configurations(sizes: Sequence[ReleasedLanguage], most: int | None = None) -> list[Json]:
    """A configuration for each language; one for all of them, where the hub would show none for their number."""
    if not needs_one_config(len(sizes), most):
        return [dataset_configuration(row) for row in sizes]
    splits = [split for split in SPLITS if any(row.splits[split] for row in sizes)]
    return [
        {
            "config_name": "default",
            "data_files": [{"split": split, "path": f"data/*/{split}.parquet"} for split in splits],
        }
    ]


def dataset_configuration(row: ReleasedLanguage) -> Json:
    """The entry by which `datasets` loads one language by its label."""
    splits = [split for split in SPLITS if row.splits[split]]
    files = [{"split": split, "path": f"data/{row.lang}/{split}.parquet"} for split in splits]
    return {"config_name": row.lang, "data_files": files}


def list_released_sources(facts: CardFacts) -> list[Row]:
    """Sources that are in the released corpus."""
    return [source for source in facts.sources if source["source"] not in facts.section.exclude_sources]


def list_results(benchmarks: Json | None) -> list[Any]:
    """Results of the `model-index`: the mean over languages of every benchmark, its headline metric."""
    hub = need("huggingface_hub", "train")
    unit = {True: ", points", False: ""}
    return [
        hub.EvalResult(
            task_type="text-generation",
            dataset_type=row["task"],
            dataset_name=f"{row['task']}, {row['variant']}",
            metric_type=row["metric"],
            metric_name=f"{row['metric']}{unit[row['in_points']]}, mean of {row['languages']} languages",
            metric_value=round(row["value"], 3),
        )
        for row in (benchmarks or {"tasks": []})["tasks"]
    ]


def list_text_results(facts: CardFacts) -> list[Any]:
    """Results of the `model-index` on held-out text: the mean over languages, and English and code where measured."""
    head = facts.headline
    found = [
        (f"mean of {head['languages_measured']} languages", head["bpb_adapted"]),
        ("English", (head["english"] or {}).get("bpb_adapted")),
        ("program code", (head["code"] or {}).get("bpb_adapted")),
    ]
    return [
        need("huggingface_hub", "train").EvalResult(
            task_type="text-generation",
            dataset_type="held-out-text",
            dataset_name="Held-out text of the training corpus",
            dataset_split="test",
            metric_type=BITS_PER_BYTE,
            metric_name=f"bits per byte, lower is better, {what}",
            metric_value=round(value, 4),
        )
        for what, value in found
        if value is not None
    ]


def list_metrics(benchmarks: Json | None) -> list[str]:
    """The metrics of benchmarks, by the ids that the hub has: `chrF++` is `chrf`."""
    found = {row["metric"].lower().strip("+").replace(" ", "_") for row in (benchmarks or {"tasks": []})["tasks"]}
    return sorted(found)


def describe_emissions(stated: EmissionsConfig | None) -> Json | None:
    """What training emitted, as the hub has it: grams of CO2-equivalent, and how, where and on what."""
    if stated is None:
        return None
    known = {
        "emissions": stated.grams,
        "source": stated.source,
        "training_type": "fine-tuning",
        "geographical_location": stated.location,
        "hardware_used": stated.hardware,
    }
    return {key: value for key, value in known.items() if value != ""}


def hub_languages(labels: Sequence[str]) -> list[str]:
    """Labels as the hub's metadata wants them: ISO 639-1 where there is a code, else ISO 639-3; `code` for code.

    Of what is in several languages or in an unknown one, nothing: the hub has no word for it that says as much.
    """
    codes = {tag.partition("-")[0] for tag in list_tags(labels)}
    return sorted(codes | ({"code"} if CODE.label in labels else set()))


def list_tags(labels: Sequence[str]) -> list[str]:
    """Labels as BCP 47 tags, `sr-Cyrl` and `swh-Latn`: they keep the scripts that `language` loses."""
    return sorted({lang.tag for lang in map(Lang.parse, labels) if lang.is_language})


def name_size(documents: int) -> str:
    """The hub's size category for a number of rows."""
    bounds = [1000 * 10**power for power in range(len(SIZES))]
    at = sum(documents >= bound for bound in bounds)
    if at == 0:
        return f"n<{SIZES[0]}"
    return f"n>{SIZES[-1]}" if at == len(SIZES) else f"{SIZES[at - 1]}<n<{SIZES[at]}"


def list_source_datasets(sources: Sequence[Row]) -> list[str]:
    """The data sets of the hub that sources came from, by what they say of their origin; else `original`."""
    found = {match[1] for source in sources if (match := HUB_DATASET.match(source["origin"]))}
    return sorted(found) or ["original"]
