"""Scores against transformers' own loss, one document at a time, and against the closed form of a uniform model."""

import math
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, Gemma2Config, Gemma2ForCausalLM

from emma.errors import RecipeError
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.likelihood.score import Scorer
from tests.conftest import TEXTS
from tests.evaluate.conftest import save_tokenizer, score, sum_nats

LONG = 100_000
SHORT = [text[:9] for text in TEXTS.values()]


def slow_nats(folder: Path, text: str) -> float:
    """One document through transformers' loss, labels and all."""
    model = AutoModelForCausalLM.from_pretrained(folder)
    ids = torch.tensor([[1, *AutoTokenizer.from_pretrained(folder)(text, add_special_tokens=False)["input_ids"]]])
    return model(ids, labels=ids).loss.item() * (ids.shape[1] - 1)


@pytest.mark.parametrize("batch_tokens", [1, 100, 10_000])
def test_equal_to_one_at_a_time(make_model, batch_tokens: int) -> None:
    folder = make_model("any", max_position_embeddings=512) / "model"
    texts = list(TEXTS.values())
    scored = score(Scorer.open(folder, EvaluateConfig(precision="fp32", batch_tokens=batch_tokens)), texts)
    for text, found in zip(texts, scored, strict=True):
        assert found.nats == pytest.approx(slow_nats(folder, text), rel=1e-5)
        assert found.tokens == len(text.encode())
        assert not found.altered


def test_a_uniform_model_has_a_closed_form(make_model) -> None:
    folder = make_model("uniform", scale=0.0) / "model"
    texts = [TEXTS["khm_Khmr"], "", "a"]
    for text, found in zip(texts, score(Scorer.open(folder, EvaluateConfig(precision="fp32")), texts), strict=True):
        assert found.nats == pytest.approx(len(text.encode()) * math.log(259), rel=1e-6)


def test_long_documents_slide_by_half_a_context(make_model) -> None:
    folder = make_model("slides", max_position_embeddings=8) / "model"
    model, ids = AutoModelForCausalLM.from_pretrained(folder), [1, *range(10, 33)]
    expected = 0.0
    for place in range(1, len(ids)):
        # the first 8 predictions see all; from then on windows begin at 4, 8, 12, 16 and count four tokens
        begin = 0 if place <= 8 else (place - 1) // 4 * 4 - 4
        seen = torch.tensor([ids[begin:place]])
        expected -= model(seen).logits[0, -1].log_softmax(-1)[ids[place]].item()
    assert sum_nats(Scorer.open(folder, EvaluateConfig(precision="fp32")), [ids])[0] == pytest.approx(
        expected, rel=1e-5
    )


def test_a_shorter_context_can_be_asked_for(make_model) -> None:
    eight, wide = make_model("same", max_position_embeddings=8), make_model("SAME", max_position_embeddings=64)
    ids = [list(range(30))]
    asked = sum_nats(Scorer.open(wide / "model", EvaluateConfig(precision="fp32", context=8)), ids)
    assert asked == pytest.approx(sum_nats(Scorer.open(eight / "model", EvaluateConfig(precision="fp32")), ids))
    assert asked != pytest.approx(sum_nats(Scorer.open(wide / "model", EvaluateConfig(precision="fp32")), ids))


def test_bfloat16_is_close(make_model) -> None:
    folder = make_model("half") / "model"
    exact, rough = (score(Scorer.open(folder, EvaluateConfig(precision=kind)), SHORT) for kind in ("fp32", "bf16"))
    assert [each.nats for each in rough] == pytest.approx([each.nats for each in exact], rel=0.05)


def test_special_tokens_in_a_text_are_text(make_model) -> None:
    scorer = Scorer.open(make_model("special") / "model", EvaluateConfig(precision="fp32"))
    assert scorer.model.encode(["</s>"]) == [[3 + byte for byte in b"</s>"]]
    assert score(scorer, ["a </s> b"])[0].altered is False


def test_a_tokenizer_that_loses_text_is_flagged(make_model) -> None:
    scorer = Scorer.open(make_model("lossy", lossy=True) / "model", EvaluateConfig(precision="fp32"))
    assert [each.altered for each in score(scorer, ["Ab", "ab", TEXTS["hin_Deva"]])] == [True, False, False]


def test_capped_logits_are_capped(tmp_path: Path) -> None:
    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "head_dim": 8}
    heads = {"num_attention_heads": 2, "num_key_value_heads": 1}
    config = Gemma2Config(vocab_size=259, initializer_range=2.0, final_logit_softcapping=1.0, **sizes, **heads)
    Gemma2ForCausalLM(config).save_pretrained(tmp_path)
    save_tokenizer(tmp_path)
    text = TEXTS["nqo_Nkoo"]
    assert score(Scorer.open(tmp_path, EvaluateConfig(precision="fp32")), [text])[0].nats == pytest.approx(
        slow_nats(tmp_path, text), rel=1e-5
    )


def test_logits_made_otherwise_are_refused(make_model, monkeypatch: pytest.MonkeyPatch) -> None:
    forward = torch.nn.Linear.forward

    def bent(layer: torch.nn.Linear, states: torch.Tensor) -> torch.Tensor:
        found = forward(layer, states)
        return found.sin() if layer.out_features == 259 else found

    monkeypatch.setattr(torch.nn.Linear, "forward", bent)
    with pytest.raises(RecipeError, match="makes its logits in a way that EMMA does not know"):
        score(Scorer.open(make_model("odd") / "model", EvaluateConfig(precision="fp32")), ["a"])


def test_an_absent_device_is_refused(make_model) -> None:
    with pytest.raises(RecipeError, match=r"evaluate\.device = 'cud'"):
        Scorer.open(make_model("x") / "model", EvaluateConfig(device="cud"))


def test_chunks_are_of_all_windows_the_longest_first(make_model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emma.evaluate.likelihood.score.CHUNK_TOKENS", 100)
    scorer = Scorer.open(make_model("planned") / "model", EvaluateConfig(precision="fp32"))
    texts = scorer.encode(["", *TEXTS.values()])
    chunks = scorer.plan(texts)
    lengths = [len(window) for chunk in chunks for _, window in chunk]
    assert lengths == sorted(lengths, reverse=True)
    assert all(sum(len(window) for _, window in chunk[:-1]) < 200 for chunk in chunks)
    assert len(chunks) > 10
    total = dict.fromkeys(range(len(texts)), 0.0)
    for chunk in chunks:
        for number, nats in scorer.cost(texts, chunk).items():
            total[number] += nats
    assert list(total.values()) == pytest.approx([each.nats for each in score(scorer, ["", *TEXTS.values()])])
    assert scorer.plan([]) == []
