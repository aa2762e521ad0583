"""The cards: README.md of the model and of the corpus, front matter for the Hub and prose for people."""

from pathlib import Path
from typing import Any

from emma.config.extras import need
from emma.lang.coverage import is_language
from emma.models.folder import Json
from emma.release.corpus import SCHEMA
from emma.release.facts import CardFacts, ReleasedLanguage, hub_languages, hub_licence
from emma.schemas import SPLITS, Row
from emma.ui.html import render_markdown

HERE = Path(__file__).parent


def render_model_card(facts: CardFacts) -> str:
    """README.md of the model folder."""
    section = facts.section
    trained = [row["lang"] for row in facts.languages if row["trained"]]
    benchmarks = facts.headline.get("benchmarks")
    front = need("huggingface_hub", "train").ModelCardData(
        language=hub_languages(trained),
        license=section.licence,
        **facts.base.front_matter,
        datasets=list(section.datasets) or None,
        library_name="transformers",
        pipeline_tag="text-generation",
        tags=["multilingual", "continual-pre-training"],
        model_name=section.title if benchmarks else None,
        eval_results=list_results(benchmarks) or None,
    )
    return render_card(
        "model.md.jinja",
        front,
        facts,
        worse=sorted(
            (row for row in facts.languages if row["worse"] and is_language(row["lang"])),
            key=lambda row: (row["gain"], row["lang"]),
        ),
        unmeasured=[row["lang"] for row in facts.languages if not row["measured"]],
    )


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


def render_corpus_card(facts: CardFacts) -> str:
    """README.md of the corpus folder, with one configuration for each language."""
    licences = [source["licence"] for source in list_released_sources(facts)]
    front = need("huggingface_hub", "train").DatasetCardData(
        language=hub_languages([row.lang for row in facts.sizes]),
        license=sorted({hub_licence(licence) for licence in licences}),
        pretty_name=f"{facts.section.title}: corpus",
        task_categories=["text-generation"],
        tags=["multilingual"],
        configs=[dataset_configuration(row) for row in facts.sizes],
    )
    return render_card("corpus.md.jinja", front, facts, columns=SCHEMA.names)


def dataset_configuration(row: ReleasedLanguage) -> dict[str, object]:
    """The entry by which `datasets` loads one language by its label."""
    splits = [split for split in SPLITS if row.splits[split]]
    files = [{"split": split, "path": f"data/{row.lang}/{split}.parquet"} for split in splits]
    return {"config_name": row.lang, "data_files": files}


def list_released_sources(facts: CardFacts) -> list[Row]:
    """Sources that are in the released corpus."""
    return [source for source in facts.sources if source["source"] not in facts.section.exclude_sources]


def render_card(template: str, front: Any, facts: CardFacts, **more: Any) -> str:
    """Front matter, then the template filled in. Needs the extra `report`."""
    # The same line ends on every system; `chr`, as no backslash may stand in an f-string before Python 3.12.
    body = render_markdown(HERE / template, facts=facts, head=facts.headline, section=facts.section, **more)
    return f"---\n{front.to_yaml(line_break=chr(10)).strip()}\n---\n\n{body}"
