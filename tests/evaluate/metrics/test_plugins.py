"""Neural metrics, with a small random encoder and a command in COMET's place."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizerFast

from emma.errors import RecipeError
from emma.evaluate.metrics import plugins
from emma.evaluate.metrics.plugins import compare, covered_scripts, neural_metrics
from emma.evaluate.tasks.task import Asking, Item
from emma.lang.language import Lang
from tests.evaluate.metrics.conftest import write

LETTERS = "abcdefghijklmnopqrstuvwxyzकखगघचछजझटठडढ"


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoder")
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *LETTERS, *(f"##{letter}" for letter in LETTERS), "ሀ"]
    (folder / "vocab.txt").write_text("\n".join(pieces))
    BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=510).save_pretrained(folder)
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48}
    BertModel(BertConfig(vocab_size=len(pieces), **sizes)).save_pretrained(folder)
    return folder


def test_what_a_vocabulary_covers(encoder: Path) -> None:
    assert covered_scripts(encoder) == {"Latn", "Deva"}  # one Ethiopic letter is none


def test_the_tokens_at_both_ends_weigh_nothing() -> None:
    one, other, half = np.eye(5)[[0, 1, 2]], np.eye(5)[[3, 1, 4]], np.eye(5)[[0, 1, 3, 2]]
    assert compare(one, other) == 1
    assert compare(half, other) == 1  # its third token is the other's first
    assert compare(half, one) == pytest.approx(2 / 3)  # half of its tokens, and all of the other's


def test_bertscore_of_equal_and_of_other_texts(encoder: Path) -> None:
    (metric,) = neural_metrics(Lang.parse("swh_Latn"), Asking(neural_metrics=(f"bertscore={encoder}",)))
    items = [Item(str(at), ("mvua usiku", "watu wengi")) for at in range(3)]
    statistics = metric.statistics(items, [write("watu wengi"), write("zzz"), write("")])
    assert statistics[0].tolist() == pytest.approx([1, 1])
    assert statistics[1, 0] < 1
    assert statistics[2].tolist() == [0, 1]


def test_bertscore_is_the_package_where_it_is_installed(encoder: Path) -> None:
    package = pytest.importorskip("bert_score", reason="bert-score is not installed here")
    texts, references = ["the cat sat", "a dog here", "क ख घ"], ["the cat sits", "a dag", "क घ"]
    expected = package.score(texts, references, model_type=str(encoder), num_layers=2)[2]
    trios = [("", *pair) for pair in zip(texts, references, strict=True)]
    assert plugins.score_bert(encoder, trios) == pytest.approx(expected.tolist(), abs=1e-5)


def test_a_script_that_is_not_covered_has_no_score(encoder: Path) -> None:
    (metric,) = neural_metrics(Lang.parse("amh_Ethi"), Asking(neural_metrics=(f"bertscore={encoder}",)))
    assert "|refused:Ethi not in its vocabulary|" in metric.signature
    assert np.isnan(metric.total(metric.statistics([Item("a", "ልጁ")], [write("ልጁ")]).sum(0)))


def test_comet_is_asked_by_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = tmp_path / "comet-score"
    command.write_text(
        f"#!{sys.executable}\nimport json, sys\nat = dict(zip(sys.argv[1::2], sys.argv[2::2]))\n"
        "columns = [open(at[name]).read().splitlines() for name in ('-s', '-t', '-r')]\n"
        "rows = [{'COMET': 0.9 if text == right and source else 0.1} for source, text, right in zip(*columns)]\n"
        "json.dump({at['-t']: rows}, open(at['--to_json'], 'w'))\n"
    )
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    asking = Asking(neural_metrics=(f"comet={command}",))
    (metric,) = neural_metrics(Lang.parse("swh_Latn"), asking, "source")
    item = Item("a", ("mvua\nusiku", "watu"), {"source": "rain"})
    assert metric.statistics([item, item], [write("watu", "mvua usiku"), write("x")]).tolist() == [[0.9, 1], [0.1, 1]]
    assert neural_metrics(Lang.parse("swh_Latn"), asking) == ()  # nothing was translated
    for label in ("cmn_Hans", "jpn_Jpan", "kor_Kore", "amh_Ethi"):
        assert "refused" not in neural_metrics(Lang.parse(label), asking, "source")[0].signature
    assert "refused:Nkoo" in neural_metrics(Lang.parse("nqo_Nkoo"), asking, "source")[0].signature
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RecipeError, match="Install unbabel-comet"):
        metric.statistics([item], [write("x")])


@pytest.mark.parametrize("name", ["bleurt=x", "bertscore=nowhere", "comet"])
def test_another_name_is_refused(name: str) -> None:
    with pytest.raises(RecipeError, match="neither bertscore=FOLDER nor comet"):
        neural_metrics(Lang.parse("swh_Latn"), Asking(neural_metrics=(name,)), "source")
