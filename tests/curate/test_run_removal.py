"""What somebody wants left out: a source is as if it had never been there, copies stay or go as asked."""

import pytest

from emma.curate.config import CurateConfig
from emma.errors import RecipeError
from emma.work.graph import check_balance
from tests.curate.corpus import Bench, Row, plain, prose, rows_of

pytestmark = pytest.mark.slow

OURS = [{**row, "source": "ours"} for row in plain(40, ["rus_Cyrl", "hin_Deva", "tha_Thai", "zgh_Tfng"])]
THEIRS: list[Row] = [{**row, "source": "theirs", "text": row["text"].upper() + " 123 !" * (at % 9)}
                     for at, row in enumerate(OURS[::2])]  # fmt: skip
SIZES = [100, 60, len(THEIRS)]


def section(**more: object) -> CurateConfig:
    return CurateConfig.model_validate({"test_share": 0.1, **more})


def test_a_removed_source_is_as_if_the_recipe_did_not_have_it(bench: Bench) -> None:
    bench.priorities = {"theirs": -1}
    alone, _, work_alone = bench.run(OURS, section(), sizes=SIZES[:2])
    both, made, work = bench.run([*OURS, *THEIRS], section(removed=[{"source": "theirs"}]), sizes=SIZES)
    assert both[: len(OURS)] == alone
    assert {row["reason"] for row in both[len(OURS) :]} == {"removed"}
    assert made.counts["dropped: removed"] == len(THEIRS)
    check_balance("curate", made.counts)
    for name in ("limits", "tiers", "scripts", "boilerplate", "personal"):
        assert rows_of(work, name) == rows_of(work_alone, name)
    (row,) = rows_of(work, "withdrawn")
    assert (row["by"], row["name"], row["documents"]) == ("source", "theirs", len(THEIRS))
    kept = [row for row in rows_of(work, "languages") if row["outcome"] != "removed"]
    assert kept == rows_of(work_alone, "languages")


def test_a_source_that_was_preferred_makes_way_for_its_copies(bench: Bench) -> None:
    bench.priorities = {"theirs": -1}
    copies = [{**row, "source": "theirs"} for row in OURS]
    before, _, _ = bench.run([*OURS, *copies], section(), sizes=[len(OURS), len(copies)])
    assert {row["reason"] for row in before[: len(OURS)]} == {"exact duplicate"}
    after, _, _ = bench.run([*OURS, *copies], section(removed=[{"source": "theirs"}]), sizes=[len(OURS), len(copies)])
    assert {row["reason"] for row in after[: len(OURS)]} == {None}


def test_a_document_goes_alone_or_with_its_copies(bench: Bench) -> None:
    text = prose("amh_Ethi", "wanted out", 60)
    copies: list[Row] = [{"lang": "amh_Ethi", "text": text}, {"lang": "amh_Ethi", "text": text[:-3] + "ሀ!"}]
    rows = [*plain(40, ["amh_Ethi"]), *copies, {"lang": "und_Ethi", "text": text}]
    one = {"id": "test:file#41"}
    alone, _, _ = bench.run(rows, section(removed=[one]))
    assert [row["reason"] for row in alone[40:]] == ["removed", None, None]
    together, made, _ = bench.run(rows, section(removed=[{**one, "copies": True}]))
    assert [row["reason"] for row in together[40:]] == ["removed"] * 3
    assert {row["reason"] for row in together[:40]} == {None}
    check_balance("curate", made.counts)


def test_domains_that_opted_out_are_left_out_and_counted(bench: Bench) -> None:
    urls = ["https://a.com/1", "https://sub.a.com/2", "https://b.org/3", None]
    rows = [{**row, "url": urls[at % 4]} for at, row in enumerate(plain(40, ["rus_Cyrl"]))]
    selection, made, work = bench.run(rows, section(opt_out=("a.com", "c.net")), sizes=[15, 25])
    assert [row["reason"] for row in selection[:4]] == ["opted out", "opted out", None, None]
    assert made.counts["dropped: opted out"] == 20
    found = [(row["reason"], row["name"], row["documents"]) for row in rows_of(work, "withdrawn")]
    assert found == [("opted out", "a.com", 20), (None, "", 10)]
    flags = [row["flag"] for row in rows_of(work, "flags") if row["lang"] == "*"]
    assert "10 documents of 'test' have no address: curate.opt_out cannot tell" in flags


def test_a_recipe_of_which_nothing_is_left_is_refused(bench: Bench) -> None:
    with pytest.raises(RecipeError, match="Every source of this recipe was removed: ours"):
        bench.run(OURS, section(removed=[{"source": "ours"}]))


def test_personal_data_are_counted_of_what_is_kept(bench: Bench) -> None:
    rows = plain(40, ["rus_Cyrl"])
    rows[3] = {**rows[3], "text": rows[3]["text"] + " пишите: a@b.com, c@d.org, +7 495 123-45-67"}
    rows.append(rows[3])  # a copy, which is dropped
    _, _, work = bench.run(rows, section())
    (row,) = rows_of(work, "personal")
    assert row == {"lang": "rus_Cyrl", "source": "test", "documents": 40, "affected": 1, "emails": 2, "ips": 0,
                   "phones": 1, "cards": 0}  # fmt: skip
