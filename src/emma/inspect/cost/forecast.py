"""What adding a language to a base would take and bring: text, tokens, expected bits per byte, hours, and a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from emma.errors import RecipeError
from emma.inspect.cost.found import FoundText, find_text
from emma.inspect.cost.law import MIN_OBSERVATIONS, Prediction, Situation, predict
from emma.inspect.cost.measure import Reading, read_with_base
from emma.inspect.cost.observations import Observation, list_evaluated, list_relatives, observe_run, read_mix
from emma.inspect.plan.estimate import PlanQuestion, TrainingPlan, plan_training
from emma.lang.language import Lang
from emma.lang.places import find_place
from emma.pipeline.base import find_base, make_base
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from emma.store.artifact import Artifact
from emma.ui.numerals import format_bytes, format_decimal, format_share
from emma.wording import plural

MIN_DOCUMENTS = 5
"""With fewer documents nothing is held out (`curate.min_split_documents`), so nobody would know what was gained."""


@dataclass(frozen=True)
class CostQuestion:
    """The question, beside language and base."""

    plan: PlanQuestion
    run: str | None = None
    """The run whose text it is about; None: the one that has most."""
    pieces: int = 1000
    """New pieces of the vocabulary."""
    epochs: float = 4.0
    """Times that the text is seen. Up to four, repeated text is worth nearly as much as new (Muennighoff et al. 2023,
    section 5)."""
    replay: float = 0.25
    """Share of the tokens that repeats what the base knows."""


@dataclass(frozen=True)
class Forecast:
    """The answer."""

    base: str
    found: FoundText
    family: str
    """Empty where none is known."""
    mix: str | None
    """The run whose mix it is taken to join: the one that has its text where that was evaluated, else the one with
    most languages measured; None where none was."""
    relatives: Mapping[str, float]
    """Bytes seen of the languages of its family in that mix, most first."""
    observed: int
    """Languages that the runs of the home have measured, in all runs together."""
    measured: Observation | None = None
    """What that run has measured of this very language."""
    reading: Reading | None = None
    prediction: Prediction | None = None
    plan: TrainingPlan | None = None
    verdict: str = ""
    """`do`, `don't` or `can't say`."""
    reason: str = ""


def forecast(home: Home, name: str, base: str, question: CostQuestion) -> Forecast:
    """Find text, measure the base on it, predict and plan.

    Raises RecipeError for a base that is not there or a home without text, LanguageError for what is no language.
    """
    place = open_base(home, base)
    found = find_text(home, name, question.run)
    mixes = {run.name: read_mix(run) for run in list_evaluated(home)}
    seen = {name: [*observe_run(home.run(name), mix)] for name, mix in mixes.items()}
    mix = mixes.get(found.run) or max(mixes.values(), key=lambda each: len(seen[each.run]), default=None)
    relatives = list_relatives(found.lang, mix.seen) if mix else {}
    answer = Forecast(
        base=base,
        found=found,
        family=find_place(Lang.parse(found.lang).iso639_3).family,
        mix=mix.run if mix else None,
        relatives=relatives,
        observed=sum(map(len, seen.values())),
        measured=next((each for each in seen[mix.run] if each.lang == found.lang), None) if mix else None,
    )
    if found.train_bytes:
        reading = read_with_base(place, found.texts, found.lang, question.pieces, home)
        plan = plan_addition(found, place, reading, question)
        tokens = mix.tokens if mix else plan["tokens"]
        own = question.epochs * found.train_bytes
        situation = Situation(own, sum(relatives.values()), tokens, reading.bits_per_byte)
        others = [each for run in seen.values() for each in run if each.lang != found.lang]
        answer = replace(answer, reading=reading, plan=plan, prediction=predict(others, situation))
    verdict, reason = judge(answer)
    return replace(answer, verdict=verdict, reason=reason)


def open_base(home: Home, base: str) -> Path:
    """The folder of a base, made where it is a GGUF file, or the model of a run of the home."""
    if base in [run.name for run in home.list_runs()]:
        return home.run(base).artifact("train").file("model")
    recipe = Recipe(name="base", base=base)
    artifact = find_base(recipe, home)
    if not isinstance(artifact, Artifact):
        raise RecipeError(f"--base {base}: name a model or a run; of a recipe, run it first and name its run.")
    make_base(recipe, artifact, home, lambda _: None)
    return artifact.path


def plan_addition(found: FoundText, base: Path, reading: Reading, question: CostQuestion) -> TrainingPlan:
    """The training of the language, and of what is repeated beside it."""
    each = reading.tokens_per_byte_after or reading.tokens_per_byte
    tokens = found.train_bytes * each * question.epochs / (1 - question.replay)
    table = {
        "name": f"add-{found.lang}",
        "base": str(base),
        "vocab": {"new_pieces": reading.new_pieces},
        "mix": {"tokens": max(1, round(tokens))},
    }
    return plan_training(Recipe.model_validate(table), question.plan)


def judge(answer: Forecast) -> tuple[str, str]:
    """Whether to add the language, and why; where nobody can know, that is the answer."""
    found, reading, prediction = answer.found, answer.reading, answer.prediction
    if not found.bytes:
        return "don't", "no run of this home has kept any text of it: collect sources with it first."
    if found.documents < MIN_DOCUMENTS or reading is None:
        documents = plural(found.documents, "document")
        return "don't", (
            f"{documents} ({format_bytes(found.bytes)}) are too few to hold any out, so nobody would know what "
            "training brings. Collect more text of it."
        )
    if prediction is None:
        return "can't say", (
            f"the runs of this home have measured {answer.observed} languages against a base, and a law needs "
            f"{MIN_OBSERVATIONS}. Run a recipe with more languages up to evaluate, or try this one."
        )
    return weigh(answer, prediction, reading)


def weigh(answer: Forecast, prediction: Prediction, reading: Reading) -> tuple[str, str]:
    """The verdict of the law."""
    gain, least = (1 - each / reading.bits_per_byte for each in (prediction.bits_per_byte, prediction.high))
    if prediction.beyond:
        beyond = f"no run of this home has measured a language with {' and '.join(prediction.beyond)}."
        if "more text of its own" in prediction.beyond:
            beyond += f" --epochs {prediction.most_own_bytes / answer.found.train_bytes:.2g} would be as much."
        return "can't say", beyond
    if gain <= 0:
        return "don't", f"languages like it got no better in the runs of this home ({describe_gain(answer)})."
    if least <= 0:
        return "can't say", f"it may gain nothing ({describe_gain(answer)})."
    return "do", f"{describe_gain(answer)}."


def describe_gain(answer: Forecast) -> str:
    """The expected bits per byte beside those of the base, with the interval, and the share that is saved."""
    assert answer.prediction is not None and answer.reading is not None
    low, value, high = (
        format_decimal(each, 2)
        for each in (answer.prediction.low, answer.prediction.bits_per_byte, answer.prediction.high)
    )
    saved = format_share(1 - answer.prediction.bits_per_byte / answer.reading.bits_per_byte)
    before = format_decimal(answer.reading.bits_per_byte, 2)
    return f"{before} bits per byte are expected to become {value} [{low}, {high}], {saved} fewer"
