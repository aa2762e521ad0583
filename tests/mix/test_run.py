"""The stage: exact sums, the files it writes, alpha and replay, and a mix that is training's order."""

import json

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from emma.errors import RecipeError
from emma.mix.config import MixConfig
from emma.mix.run import mix
from emma.mix.sources import find_tiers
from emma.pipeline.recipe import INPUTS
from emma.schemas import PACKED, PLAN
from emma.store import shards
from emma.tokens.samples import Samples
from emma.work import graph
from emma.work.graph import Step
from emma.work.local import Local
from emma.work.progress import Reporter

SIZES = {
    ("eng_Latn", "web"): 500_000,
    ("eng_Latn", "books"): 250_000,
    ("zxx_Zyyy", "code"): 400_000,
    ("hin_Deva", "web"): 90_000,
    ("hin_Deva", "bible"): 10_000,
    ("nqo_Nkoo", "web"): 700,
    ("khm_Khmr", "web"): 12_345,
}


def plan_of(make_artifact, make_work, sizes=SIZES, **changes):
    rows = [
        {"lang": lang, "domain": domain, "split": split, "path": f"{lang}.{domain}.{split}", "part": 0}
        | {"documents": 3, "tokens": tokens, "bytes": 4 * tokens, "words": 2 * tokens}
        for (lang, domain), tokens in sizes.items()
        for split in ("train", "validation")
    ]
    pack = make_artifact("pack", {"index.parquet": pa.Table.from_pylist(rows, schema=PACKED)})
    (pack.path / "pack.json").write_text(json.dumps({"tokenizer": "t", "vocabulary": 300, "bos": 1, "eos": None}))
    work = make_work("mix")
    made = mix(MixConfig(**{"tokens": 200_000, "sequence_length": 100} | changes), pack=pack, work=work)
    table = shards.read(work.out / "plan.parquet")
    assert table.schema.equals(PLAN)
    rows = {(row["lang"], row["domain"]): row for row in table.to_pylist()}
    return rows, json.loads((work.out / "plan.json").read_text()), made.counts


def tokens_by(rows, length=100):
    tokens: dict[str, int] = {}
    for (lang, _), row in rows.items():
        tokens[lang] = tokens.get(lang, 0) + row["samples"] * length
    return tokens


def test_sums_are_exact(make_artifact, make_work) -> None:
    rows, facts, counts = plan_of(make_artifact, make_work, tokens=200_099)
    assert list(rows) == sorted(SIZES)
    assert sum(row["samples"] for row in rows.values()) == facts["samples"] == counts["samples"] == 2000
    assert facts["tokens"] == counts["tokens"] == 200_000
    assert sum(row["weight"] for row in rows.values()) == pytest.approx(1, abs=1e-12)
    for key, row in rows.items():
        assert row["epochs"] == pytest.approx(row["samples"] * 100 / SIZES[key])
        assert row["path"].endswith(".train")
    assert facts == facts | {"sequence_length": 100, "seed": 0, "tokenizer": "t", "bos": 1, "eos": None}
    assert (counts["sources"], counts["languages_planned"], counts["languages_trained"]) == (
        7,
        4,
        4,
    )  # code is no language
    assert {row["stage"] for row in rows.values()} == {"all"} and counts["sources_left_out"] == 0
    assert (rows["eng_Latn", "web"]["tier"], rows["nqo_Nkoo", "web"]["tier"]) == ("medium-low", "unseen")


def test_alpha_over_languages_and_proportions_within(make_artifact, make_work) -> None:
    rows, *_ = plan_of(make_artifact, make_work, alpha=0.5, max_epochs=1000)
    tokens = tokens_by(rows)
    powers = {lang: sum(n for (each, _), n in SIZES.items() if each == lang) ** 0.5 for lang in tokens}
    for lang, found in tokens.items():
        assert found == pytest.approx(200_000 * powers[lang] / sum(powers.values()), abs=200)
    assert rows["hin_Deva", "web"]["epochs"] == pytest.approx(rows["hin_Deva", "bible"]["epochs"], rel=0.05)


def test_small_languages_stop_at_max_epochs_and_the_rest_gets_their_share(make_artifact, make_work) -> None:
    rows, *_ = plan_of(make_artifact, make_work, alpha=0.0, max_epochs=2)
    tokens = tokens_by(rows)
    assert tokens["nqo_Nkoo"] == 1400
    assert tokens["khm_Khmr"] == pytest.approx(24_690, abs=100)
    for lang in ("eng_Latn", "hin_Deva", "zxx_Zyyy"):  # UniMax: all that are not capped alike
        assert tokens[lang] == pytest.approx((200_000 - 1400 - 24_690) / 3, abs=100)


def test_replay_is_fixed_and_the_domain_goes_first(make_artifact, make_work) -> None:
    sizes = SIZES | {("eng_Latn", "code"): 100_000}
    rows, *_ = plan_of(make_artifact, make_work, sizes, replay={"eng_Latn": 0.15, "code": 0.1})
    code = [row["samples"] for (_, domain), row in rows.items() if domain == "code"]
    english = [row["samples"] for (lang, domain), row in rows.items() if lang == "eng_Latn" and domain != "code"]
    assert (sum(code), sum(english)) == (200, 300)
    assert rows["eng_Latn", "code"]["samples"] == 40


def test_replay_obeys_max_epochs(make_artifact, make_work) -> None:
    rows, *_ = plan_of(make_artifact, make_work, replay={"khm_Khmr": 0.5}, max_epochs=4, allow_short=True)
    assert rows["khm_Khmr", "web"]["epochs"] == pytest.approx(4, abs=0.01)
    assert sum(row["samples"] for row in rows.values()) == 2000


def test_too_little_data(make_artifact, make_work) -> None:
    sizes = {("nqo_Nkoo", "web"): 700, ("khm_Khmr", "web"): 1_000}
    with pytest.raises(RecipeError, match=r"asks for 200000 .*max_epochs = 8 .* give 13600\. Set mix.tokens = 13600"):
        plan_of(make_artifact, make_work, sizes)


def test_too_little_data_where_that_is_allowed(make_artifact, make_work) -> None:
    sizes = {("nqo_Nkoo", "web"): 700, ("khm_Khmr", "web"): 1_000}
    rows, facts, _ = plan_of(make_artifact, make_work, sizes, allow_short=True)
    assert facts["tokens"] == 13_600
    assert {row["epochs"] for row in rows.values()} == {8.0}


def test_less_than_one_sequence(make_artifact, make_work) -> None:
    with pytest.raises(RecipeError, match="less than one sequence"):
        plan_of(make_artifact, make_work, {("nqo_Nkoo", "web"): 7}, allow_short=True)


def test_unknown_replay_key(make_artifact, make_work) -> None:
    with pytest.raises(RecipeError, match=r"nothing was packed for 'eng_Ltan'.*Did you mean 'eng_Latn', "):
        plan_of(make_artifact, make_work, replay={"eng_Ltan": 0.1})


def test_replay_of_more_than_everything(make_artifact, make_work) -> None:
    with pytest.raises(RecipeError, match=r"sum to 1\.100"):
        plan_of(make_artifact, make_work, replay={"eng_Latn": 0.6, "code": 0.5})


def test_nothing_to_train_on(make_artifact, make_work) -> None:
    with pytest.raises(RecipeError, match="nothing to train on"):
        plan_of(make_artifact, make_work, {})


@pytest.mark.parametrize("field", [{"tokens": 0}, {"alpha": 1.5}, {"replay": {"a": 0.0}}, {"max_epochs": -1}])
def test_impossible_values(field) -> None:
    with pytest.raises(ValidationError):
        MixConfig(**field)


@pytest.mark.parametrize(
    ("unit", "sizes", "expected"),
    [
        ("words", [600_000, 400_000, 99_999], ["medium-low", "medium-low", "unseen"]),
        ("words", [None, 100_000, None], ["low", "low", "unseen"]),
        ("tokens", [600_000, 399_999, 10**9], ["low", "low", "high"]),
        ("bytes", [6_030_000, 0, 6_029_000], ["medium-low", "medium-low", "low"]),  # 6.03 bytes a word
    ],
)
def test_tiers_are_of_languages_by_what_the_recipe_says(unit, sizes, expected) -> None:
    assert find_tiers(["tha_Thai", "tha_Thai", "khm_Khmr"], sizes, unit) == expected


def mixed(pack, home, **settings):
    """The artifact of the mix, made as a run makes it."""
    step = Step("mix", MixConfig.model_validate(settings), INPUTS["mix"])
    (outcome,) = graph.run_steps(
        [step], {"pack": pack}, root=home.store, executor=Local(1), reporter=Reporter(quiet=True)
    )
    return outcome.artifact


DOCUMENTS = {("amh_Ethi", "news"): [30, 7, 12, 60, 9], ("nqo_Nkoo", "bible"): [3, 4], ("tha_Thai", "news"): [25] * 8}
STAGES = [{"name": "broad", "share": 0.75, "strategy": "unimax"}, {"name": "late", "share": 0.25}]


@pytest.mark.slow
@pytest.mark.parametrize("packing", ["concatenate", "best_fit"])
def test_what_training_draws_is_the_plan_stage_by_stage(make_pack, packing) -> None:
    home, pack = make_pack("run", DOCUMENTS)
    mix = mixed(pack, home, tokens=1_600, sequence_length=16, max_epochs=9, stages=STAGES, packing=packing)
    samples, rows = Samples(pack, mix), shards.read(mix.file("plan.parquet")).to_pylist()
    assert [row["stage"] for row in rows] == ["broad"] * 3 + ["late"] * 3
    assert samples.stages == [("broad", 75), ("late", 25)] and len(samples) == 100
    sources = [samples.draw(number).source for number in range(100)]
    for stage, begin, end in (("broad", 0, 75), ("late", 75, 100)):
        planned = [row["samples"] for row in rows if row["stage"] == stage]
        assert np.bincount(sources[begin:end], minlength=3).tolist() == planned
    assert all(row["epochs"] <= 9 * share + 1 for row, share in zip(rows, [0.75] * 3 + [0.25] * 3, strict=True))


def test_epochs_of_a_best_fit_mix_count_the_padding(make_pack) -> None:
    home, pack = make_pack("run", {("tha_Thai", "news"): [12] * 40})
    plain, fitted = (
        mixed(pack, home, tokens=640, sequence_length=16, packing=packing) for packing in ("concatenate", "best_fit")
    )
    epochs = [shards.read(each.file("plan.parquet"))["epochs"].to_pylist() for each in (plain, fitted)]
    assert epochs == [[pytest.approx(640 / 480)], [1.0]]  # 12 of 16 tokens are text
    assert fitted.counts == plain.counts | {} and len(fitted.parts["bins"]) == 1 and "bins" not in plain.parts
