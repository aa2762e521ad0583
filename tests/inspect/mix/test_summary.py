"""A plan in numbers, and as text."""

import pytest

from emma.inspect.mix.show import summarise_mix
from emma.inspect.mix.summary import render_text
from emma.pipeline.recipe import Recipe
from tests.mix.test_run import DOCUMENTS


def test_the_numbers_add_up(make_pack, path) -> None:
    home, _ = make_pack("little", DOCUMENTS)
    found = summarise_mix(Recipe.read(path), home, [], None)
    assert (found.sequences, found.tokens, found.step_tokens, found.steps) == (100, 1600, 96, 17)
    for kind in ("stages", "domains", "tiers", "languages"):
        assert sum(each.share for each in getattr(found, kind)) == pytest.approx(1)
        assert sum(each.drawn for each in getattr(found, kind)) == 1600
    thai = next(each for each in found.languages if each.name == "tha_Thai")
    assert (thai.there, thai.words, thai.tiers) == (200, 100, ["unseen"])
    assert thai.epochs == pytest.approx(thai.drawn / 200)
    late = summarise_mix(Recipe.read(path), home, [], "late")
    assert late.sequences == 25 and [each.name for each in late.stages] == ["late"]


def test_the_text_has_every_table(make_pack, path) -> None:
    home, _ = make_pack("little", DOCUMENTS)
    lines = list(render_text(summarise_mix(Recipe.read(path, ["mix.replay={tha_Thai = 1.0}"]), home, [], None)))
    shown = "\n".join(lines)
    assert lines[0].startswith("little: 1.60\u202fk tokens, 17 steps of 96, sequences of 16")
    assert all(any(line.startswith(head) for line in lines) for head in ("stage ", "domain ", "tier ", "language "))
    assert "seen most often: tha_Thai 8.00 times" in shown
    assert "left out: amh_Ethi/news, nqo_Nkoo/bible" in shown
