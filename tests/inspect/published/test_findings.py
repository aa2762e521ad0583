"""What does not hold, each in a small table that shows it, and nothing in a table that is right."""

from pathlib import Path

import pytest

from emma.inspect.published.findings import list_findings
from emma.inspect.published.tables import read_tables
from tests.inspect.published.made import write

SPACED = ["swh_Latn", "hin_Deva", "amh_Ethi", "yor_Latn", "arb_Arab", "eng_Latn"]
UNSPACED = ["zho_Hans", "jpn_Jpan", "tha_Thai"]
LANGS = [*SPACED, *UNSPACED, "deu_Latn"]
HEADING = ",".join(["Model", "Avg", *LANGS])
TWO = "Model,Avg,swh_Latn,hin_Deva"
RISING = [at / 50 for at in range(10)]
MODELS = (("A", 0.3), ("B", 0.4))


def find(folder: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in list_findings(read_tables(folder)):
        found.setdefault(each.kind, []).append(f"{each.table}: {each.what}")
    return found


def row(model: str, *scores: float) -> str:
    return ",".join([model, f"{sum(scores) / len(scores):.4f}", *map(str, scores)])


def test_a_table_that_is_right_has_no_findings(tmp_path: Path) -> None:
    write(tmp_path, "SIB-200", HEADING, *(row(model, *(add + each for each in RISING)) for model, add in MODELS))
    assert find(tmp_path) == {}


def test_rows_that_are_equal_in_every_cell_are_named_once_for_all_tables(tmp_path: Path) -> None:
    for name in ("xcopa", "xnli"):
        write(tmp_path, name, "Model,Avg,et-acc,sw-acc", "v1,55,50,60", "v2,55,50,60", "other,60,50,70")
    assert find(tmp_path) == {
        "identical rows": ["XCOPA, XNLI: v1 and v2 are equal in every cell: one model that was run twice"]
    }


def test_averages_that_are_not_the_mean_of_their_row(tmp_path: Path) -> None:
    write(tmp_path, "SIB-200", TWO, "A,0.4000,.3,.5", "B,0.4100,.35,.45", "C,0.3334,.33333,.33343")
    assert find(tmp_path) == {"wrong average": ["SIB-200: B: stated as 0.41, and the mean of its row is 0.4"]}


def test_an_average_of_one_metric_of_two(tmp_path: Path) -> None:
    write(tmp_path, "arc_multilingual", "Model,Avg,ar-acc,ar-acc_norm,bn-acc,bn-acc_norm", "A,0.5000,.4,.5,.6,.7")
    what = "multilingual ARC: the stated average is the mean of acc, not of acc_norm"
    assert find(tmp_path) == {"average of one metric": [what]}


def test_metrics_that_agree_everywhere(tmp_path: Path) -> None:
    write(tmp_path, "belebele", "Model,Avg,khm_Khmr-acc,khm_Khmr-acc_norm", "A,.4,.4,.4", "B,.5,.5,.5")
    assert find(tmp_path) == {"identical metrics": ["Belebele: acc and acc_norm agree in every cell"]}


def test_one_answer_whatever_the_question(tmp_path: Path) -> None:
    scores = [0.2613] * 6 + [0.3, 0.31, 0.32, 0.33]
    write(tmp_path, "Taxi-1500", HEADING, row("constant", *scores), row("B", *(0.4 + each for each in RISING)))
    (what,) = find(tmp_path)["one answer"]
    assert what.startswith("Taxi1500: constant has 0.2613 in 6 of 10 languages")


def test_models_at_and_below_chance(tmp_path: Path) -> None:
    write(tmp_path, "SIB-200", TWO, "guess,.17,.16,.18", "worse,.05,.04,.06", "good,.45,.4,.5")
    found = find(tmp_path)
    # 1.96 · sqrt(1/7 · 6/7 / 204) = 4.8 points
    assert found["at chance"] == ["SIB-200: 1 of 3 models (14.3% ± 4.8%, 204 items): guess"]
    assert found["below chance"] == ["SIB-200: worse (14.3% ± 4.8%, 204 items): scored by something else"]


def test_a_model_that_was_scored_on_other_items(tmp_path: Path) -> None:
    # p (1 - p) / se² + 1 with the standard error of 2,490 and of 5,010 items
    error = {n: (0.45 * 0.55 / (n - 1)) ** 0.5 * 100 for n in (2490, 5010)}
    rows = [f"{name},45,45,{error[n]},45,{error[n]}" for name, n in (("A", 2490), ("B", 5010), ("C", 2490))]
    write(tmp_path, "xnli", "Model,Avg,ar-acc,stderr,sw-acc,stderr", *rows)
    what = "XNLI: B was scored on 5,010 items, the others on 2,490, by their standard errors"
    assert find(tmp_path)["other items"] == [what]


def test_languages_in_which_nobody_scores(tmp_path: Path) -> None:
    scores = [0.2, 0.2, 0.0, 0.2, 0.2, 0.2, 0.001, 0.0, 0.05, 0.2]
    write(tmp_path, "XL-Sum-ROUGE", HEADING, row("A", *scores))
    start = "XL-Sum, ROUGE-L: no model reaches 0.02 in"
    assert find(tmp_path) == {
        "no score in unspaced scripts": [f"{start} zho_Hans, jpn_Jpan: ROUGE-L split at spaces sees one long word"],
        "no score": [f"{start} amh_Ethi"],
    }


def test_bleu_over_pieces_does_not_fail_for_want_of_spaces(tmp_path: Path) -> None:
    heading = ",".join(
        ["Model", "Avg", *(f"eng_Latn-{lang}" for lang in LANGS if lang != "eng_Latn"), "eng_Latn-xho_Latn"]
    )
    write(tmp_path, "Flores-200-Eng-X-BLEU", heading, row("A", *(0.1 if at == 6 else 20 + at for at in range(10))))
    assert find(tmp_path) == {"no score": ["FLORES-200 from English, BLEU: no model reaches 2.4 in jpn_Jpan"]}


@pytest.mark.parametrize("name", ["Aya-Self-BLEU", "PolyWrite"])
def test_self_bleu_as_published_is_none(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, "Model,Avg,min_Arab,swh_Latn", "A,20.5,40,1", "B,15.5,30,1")
    (what,) = find(tmp_path)["not Self-BLEU"]
    assert "highest in min_Arab" in what


def test_a_model_without_its_begin_token(tmp_path: Path) -> None:
    rows = ["A,60,28,92", "B,70,30,110", "C,300,161,439", "D,60,29,91"]
    write(tmp_path, "nll_pbc", "model,all,eng_Latn,swh_Latn", *rows)
    (found,) = find(tmp_path)["begin token"]
    assert found.endswith(": C takes 161 nats in English, the median model 30, as without a begin token")


def test_what_could_not_be_read(tmp_path: Path) -> None:
    write(tmp_path, "SIB-200", TWO, "A,0.4,.4,", "B,.5,?,.5")
    found = find(tmp_path)
    assert found["unreadable"] == ["SIB-200: SIB-200.csv: row 3, column 3: '?' is no number"]
    assert found["empty cells"] == ["SIB-200: SIB-200.csv: 2 of 4"]
