"""Pages of one template stay, in every script and however they come; copies go."""

import random
from collections import Counter

import pytest

from emma.curate.config import CurateConfig
from tests.curate.corpus import ALPHABETS, Bench, Row, plain, prose

pytestmark = pytest.mark.slow

OFF = CurateConfig(test_share=0, validation_share=0)
SPACE = {"tha_Thai": "", "zho_Hans": ""}


def page(lang: str, *facts: str) -> str:
    """A text of some sixty words with facts in three places."""
    parts = [prose(lang, f"part{at}", 20) for at in range(4)]
    space = SPACE.get(lang, " ")
    return space.join(each for pair in zip(parts, [*facts, ""], strict=True) for each in pair if each)


def name(lang: str, seed: object) -> str:
    chance = random.Random(f"{lang} {seed}")
    return "".join(chance.choices(ALPHABETS[lang], k=6))


def reasons(bench: Bench, rows: list[Row], section: CurateConfig = OFF) -> list[str | None]:
    return [row["reason"] for row in bench.run(rows, section)[0]]


@pytest.mark.parametrize("lang", ALPHABETS)
def test_pages_that_differ_in_numbers_stay(bench: Bench, lang: str) -> None:
    rows = [{"lang": lang, "text": page(lang, "1,900", str(year), "7")} for year in (12, 1950, 2024)]
    assert reasons(bench, rows) == [None] * 3


@pytest.mark.parametrize("lang", ALPHABETS)
def test_pages_of_a_template_stay_and_their_copies_go(bench: Bench, lang: str) -> None:
    rows = [{"lang": lang, "text": page(lang, name(lang, at), "", name(lang, -at - 1))} for at in range(6)]
    copy = {"lang": lang, "text": rows[2]["text"][:-9] + rows[2]["text"][:6]}
    assert reasons(bench, [*rows, copy, rows[3]]) == [None] * 6 + ["near duplicate", "exact duplicate"]


@pytest.mark.parametrize("lang", ALPHABETS)
def test_pages_with_one_of_three_winds_stay(bench: Bench, lang: str) -> None:
    rows = [{"lang": lang, "text": page(lang, name(lang, at), "", name(lang, f"wind {at % 3}"))} for at in range(12)]
    assert reasons(bench, rows) == [None] * 12


@pytest.mark.parametrize("lang", ALPHABETS)
def test_copies_with_a_few_other_words_go(bench: Bench, lang: str) -> None:
    whole = page(lang, *map(str, "abc")) + SPACE.get(lang, " ") + prose(lang, "more", 60)
    chance, rows = random.Random(lang), [{"lang": lang, "text": whole}]
    for at in range(5):
        place = chance.randrange(20, len(whole) - 20)
        rows.append({"lang": lang, "text": whole[:place] + name(lang, at) + whole[place + 6 :]})
    assert reasons(bench, rows) == [None] + ["near duplicate"] * 5


def test_pages_of_a_template_share_a_split(bench: Bench) -> None:
    lang = "rus_Cyrl"
    rows = [{"lang": lang, "text": page(lang, name(lang, at), "", name(lang, -at - 1))} for at in range(8)]
    selection, _, _ = bench.run([*rows, *plain(200, [lang])], CurateConfig(test_share=0.2))
    assert len({row["split"] for row in selection[:8]}) == 1 and {row["cluster_size"] for row in selection[:8]} == {8}


def test_words_that_are_alike_are_no_copies(bench: Bench) -> None:
    rows = [{"lang": "bos_Latn", "text": word} for word in ("rezultat", "rezultati", "Rezultatima", "rezultat!")]
    assert Counter(reasons(bench, rows)) == {None: 3, "exact duplicate": 1}


def test_what_is_kept_depends_on_neither_shards_nor_buckets(bench: Bench) -> None:
    rows = [{"lang": lang, "text": page(lang, name(lang, at), "", name(lang, -at - 1))}
            for at in range(12) for lang in ALPHABETS]  # fmt: skip
    rows += [{"lang": row["lang"], "text": row["text"][:-9] + row["text"][:6]} for row in rows[::5]]
    whole = bench.run(rows, OFF)[0]
    for buckets in (1, 7):
        section = OFF.model_copy(update={"buckets": buckets})
        assert bench.run(rows, section, [40, 1, len(rows) - 41], 1)[0] == whole
