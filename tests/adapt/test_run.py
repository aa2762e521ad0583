"""Adapt: row initialisation against a slow reference, tying, RoPE, special ids, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    LlamaConfig,
    LlamaForCausalLM,
    PhiConfig,
    PhiForCausalLM,
    PreTrainedTokenizerFast,
)

from emma.adapt.config import AdaptConfig, ArchitectureConfig, RopeConfig
from emma.adapt.run import adapt
from emma.errors import ArtifactError, RecipeError
from emma.schemas import PACKED
from emma.store import shards
from emma.store.artifact import Artifact
from emma.tokens.files import TokenFileWriter
from tests.conftest import TEXTS

BASE_PIECES = 259  # three specials and 256 bytes
NEW = sorted({character for text in TEXTS.values() for character in text if not character.isspace()})


@pytest.fixture
def vocab(make_artifact: Callable[..., Artifact]) -> Artifact:
    """A byte tokenizer with one new piece for every character of TEXTS."""
    spelling = {piece: [3 + byte for byte in piece.encode()] for piece in NEW}
    ids = {"<unk>": 0, "<s>": 1, "</s>": 2, **{f"<0x{byte:02X}>": 3 + byte for byte in range(256)}}
    rows = [{"id": BASE_PIECES + i, "piece": piece, "base_pieces": spelling[piece]} for i, piece in enumerate(NEW)]
    artifact = make_artifact("vocab", {"pieces.parquet": pa.Table.from_pylist(rows[::-1])})
    tokenizer = Tokenizer(models.BPE(ids | {row["piece"]: row["id"] for row in rows}, [], byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "isolated")
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>")
    fast.save_pretrained(artifact.path / "tokenizer")
    return artifact


@pytest.fixture
def make_base(tmp_path: Path) -> Callable[..., Artifact]:
    def make(tie: bool = True, rows: int = BASE_PIECES) -> Artifact:
        torch.manual_seed(1)
        config = LlamaConfig(
            hidden_size=32,
            intermediate_size=48,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=64,
            vocab_size=rows,
            tie_word_embeddings=tie,
            bos_token_id=0,
            eos_token_id=0,
        )
        LlamaForCausalLM(config).save_pretrained(tmp_path / "base")
        return Artifact(tmp_path / "base", "base")

    return make


@pytest.fixture
def pack(make_artifact: Callable[..., Artifact], vocab: Artifact) -> Artifact:
    """TEXTS in tokens of `vocab`, a base piece after each, ten times over, a language a file."""
    tokenizer = AutoTokenizer.from_pretrained(vocab.path / "tokenizer")
    part, rows = make_artifact("part", {"none.parquet": pa.table({"x": [1]})}), []
    for lang, text in TEXTS.items():
        new = tokenizer(text.replace(" ", ""), add_special_tokens=False).input_ids
        ids = [each for piece in new for each in (piece, 50 + piece % 7)]
        with TokenFileWriter(part.path / lang, 1000) as writer:
            for document in range(10):
                writer.add([1, *ids, 2], f"{lang}#{document}")
        counts = {"documents": 10, "tokens": 10 * len(ids) + 20, "bytes": 1, "words": 1}
        rows.append({"lang": lang, "domain": "d", "split": "train", "path": lang, "part": 0, **counts})
    return make_artifact("pack", {"index.parquet": pa.Table.from_pylist(rows, schema=PACKED)}, packed=[part])


def run(
    make_work: Callable[..., SimpleNamespace],
    vocab: Artifact,
    base: Artifact | None,
    pack: Artifact | None = None,
    **fields: object,
):
    """The adapted model, its folder and its counts."""
    work = make_work("adapt", key=f"{len(list(make_work('adapt').out.parent.iterdir())):020}")
    made = adapt(AdaptConfig(**fields), vocab=vocab, base=base, pack=pack, work=work)
    return AutoModelForCausalLM.from_pretrained(work.out / "model"), work.out / "model", made.counts


@pytest.mark.parametrize("tie", [True, False])
def test_new_rows_are_the_mean_of_their_base_pieces(make_work, vocab, make_base, tie: bool) -> None:
    base = make_base(tie)
    before = LlamaForCausalLM.from_pretrained(base.path)
    model, folder, counts = run(make_work, vocab, base)
    assert counts["new_rows"] == len(NEW)
    assert counts["rows"] == BASE_PIECES + len(NEW) == len(AutoTokenizer.from_pretrained(folder))
    for name in ("get_input_embeddings", "get_output_embeddings"):
        old, new = getattr(before, name)().weight, getattr(model, name)().weight
        assert torch.equal(new[:BASE_PIECES], old)
        for number, piece in enumerate(NEW):
            wanted = sum(old[3 + byte] for byte in piece.encode()) / len(piece.encode())
            torch.testing.assert_close(new[BASE_PIECES + number], wanted)
    assert (model.get_output_embeddings().weight is model.get_input_embeddings().weight) is tie


def test_known_text_costs_the_same_as_before(make_work, vocab, make_base) -> None:
    base = make_base()
    ids = torch.tensor([[1, 50, 60, 70, 2]])
    model, *_ = run(make_work, vocab, base)
    before = LlamaForCausalLM.from_pretrained(base.path)
    torch.testing.assert_close(model(ids).logits[..., :BASE_PIECES], before(ids).logits)


def test_untie_starts_the_head_at_the_embeddings(make_work, vocab, make_base) -> None:
    base = make_base(tie=True)
    tied, *_ = run(make_work, vocab, base)
    model, folder, _ = run(make_work, vocab, base, untie=True)
    assert json.loads((folder / "config.json").read_text())["tie_word_embeddings"] is False
    assert model.get_output_embeddings().weight is not model.get_input_embeddings().weight
    assert torch.equal(model.get_output_embeddings().weight, model.get_input_embeddings().weight)
    ids = torch.tensor([[1, 50, BASE_PIECES + 3]])
    assert torch.equal(model(ids).logits, tied(ids).logits)


def test_rows_by_vectors_are_made_of_base_rows(make_work, vocab, make_base, pack) -> None:
    """Input and head by the same weights, each of its own rows; rare pieces as they are spelled."""
    base = make_base(tie=False)
    settings = {"init": "focus", "vectors": {"width": 16, "minimum_count": 15}}
    model, folder, counts = run(make_work, vocab, base, pack, **settings)
    _, again, _ = run(make_work, vocab, base, pack, **settings)
    spelled, *_ = run(make_work, vocab, base, pack)
    assert counts["new_rows"] == len(NEW)
    assert (folder / "model.safetensors").read_bytes() == (again / "model.safetensors").read_bytes()
    rows = [model.get_input_embeddings().weight, model.get_output_embeddings().weight]
    old = torch.cat([each[:BASE_PIECES] for each in rows], 1)
    new = torch.cat([each[BASE_PIECES:] for each in rows], 1)
    weights = torch.linalg.lstsq(old.T, new.T).solution
    torch.testing.assert_close(weights.T @ old, new, atol=1e-4, rtol=0)  # 259 rows span the 64 dimensions of both
    plain = spelled.get_input_embeddings().weight[BASE_PIECES:]
    like = (rows[0][BASE_PIECES:] == plain).all(1)
    assert 0 < int(like.sum()) < len(NEW)


def test_head_init_is_the_heads_alone(make_work, vocab, make_base, pack) -> None:
    base, vectors = make_base(tie=False), {"width": 16, "minimum_count": 15}
    spelled, *_ = run(make_work, vocab, base)
    similar, *_ = run(make_work, vocab, base, pack, init="focus", vectors=vectors)
    model, *_ = run(make_work, vocab, base, pack, head_init="focus", vectors=vectors)
    assert torch.equal(model.get_input_embeddings().weight, spelled.get_input_embeddings().weight)
    assert torch.equal(model.get_output_embeddings().weight, similar.get_output_embeddings().weight)
    assert not torch.equal(model.get_output_embeddings().weight, spelled.get_output_embeddings().weight)


def test_a_bias_of_the_head_grows_too(make_work, vocab, tmp_path: Path) -> None:
    small = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2}
    base = PhiForCausalLM(PhiConfig(**small, vocab_size=BASE_PIECES, max_position_embeddings=32))
    torch.nn.init.normal_(base.lm_head.bias)
    base.save_pretrained(tmp_path / "phi")
    model, *_ = run(make_work, vocab, Artifact(tmp_path / "phi", "phi"))
    for number, piece in enumerate(NEW):
        wanted = base.lm_head.bias[[3 + byte for byte in piece.encode()]].mean()
        torch.testing.assert_close(model.lm_head.bias[BASE_PIECES + number], wanted)


@pytest.mark.parametrize("tie", [True, False])
def test_padding_rows_take_no_more_than_an_average_piece(make_work, vocab, make_base, tie: bool) -> None:
    size = BASE_PIECES + len(NEW)
    rows = -(-size // 128) * 128
    (vocab.path / "vocab.json").write_text(json.dumps({"size": size, "rows": rows}))
    model, folder, counts = run(make_work, vocab, make_base(tie))
    assert model.config.vocab_size == counts["rows"] == rows == len(model.get_output_embeddings().weight)
    assert counts["padding_rows"] == rows - size
    assert len(AutoTokenizer.from_pretrained(folder)) == size
    chances = model(torch.randint(0, size, (4, 30))).logits.softmax(-1)
    assert (chances[..., size:] <= chances[..., :BASE_PIECES].mean(-1, keepdim=True) + 1e-7).all()


def test_padding_without_new_pieces_and_without_a_base(make_work, vocab, make_base) -> None:
    size = BASE_PIECES + len(NEW)
    (vocab.path / "vocab.json").write_text(json.dumps({"size": size, "rows": 512}))
    small = ArchitectureConfig(hidden_size=32, intermediate_size=64, layers=1)
    assert run(make_work, vocab, None, architecture=small)[0].config.vocab_size == 512
    shards.write(vocab.path / "pieces.parquet", shards.read(vocab.path / "pieces.parquet").slice(0, 0))
    model, _, counts = run(make_work, vocab, make_base(rows=size))
    assert (model.config.vocab_size, counts["new_rows"], counts["padding_rows"]) == (512, 0, 512 - size)


def test_special_ids_and_bytes(make_work, vocab, make_base) -> None:
    base = make_base()
    _, first, _ = run(make_work, vocab, base)
    _, second, _ = run(make_work, vocab, base)
    for name in ("config.json", "generation_config.json"):
        ids = json.loads((first / name).read_text())
        assert (ids["bos_token_id"], ids["eos_token_id"]) == (0, 0)  # the base's own, whatever the tokenizer says
    assert sorted(each.name for each in first.iterdir()) == sorted(each.name for each in second.iterdir())
    for each in first.iterdir():
        assert each.read_bytes() == (second / each.name).read_bytes()


ROPES = [
    RopeConfig(),
    RopeConfig(type="default", theta=5e5),
    RopeConfig(type="linear", factor=4),
    RopeConfig(type="dynamic", factor=4),
    RopeConfig(type="yarn", factor=4, beta_fast=32, beta_slow=1),
    RopeConfig(type="llama3", factor=4, low_freq_factor=1, high_freq_factor=4),
    RopeConfig(type="longrope", factor=4, short_factor=(1.0,) * 4, long_factor=(2.0,) * 4),
]


@pytest.mark.parametrize("rope", ROPES, ids=lambda rope: f"{rope.type}-{rope.theta}")
def test_rope_reaches_the_model(make_work, vocab, make_base, rope: RopeConfig) -> None:
    model, folder, _ = run(make_work, vocab, make_base(), rope=rope, context=256)
    config = json.loads((folder / "config.json").read_text())
    assert config["max_position_embeddings"] == (64 if rope.type == "dynamic" else 256)
    assert config["rope_parameters"]["rope_type"] == (rope.type or "default")
    assert config["rope_parameters"]["rope_theta"] == (rope.theta or 10_000.0)
    assert model(torch.arange(200)[None]).logits.isfinite().all()


def test_linear_scaling_is_position_over_factor(make_work, vocab, make_base) -> None:
    """Four times the position under factor 4 gives the angles of the position itself (arXiv 2306.15595)."""
    model, *_ = run(make_work, vocab, make_base(), rope=RopeConfig(type="linear", factor=4), context=256)
    plain, *_ = run(make_work, vocab, make_base())
    states, places = torch.zeros(1, 5, 32), torch.arange(5)[None]
    for scaled, usual in zip(
        model.model.rotary_emb(states, 4 * places), plain.model.rotary_emb(states, places), strict=True
    ):
        torch.testing.assert_close(scaled, usual)


def test_no_base(make_work, vocab) -> None:
    small = ArchitectureConfig(hidden_size=32, intermediate_size=64, layers=2, context=128, tie=False)
    model, folder, counts = run(make_work, vocab, None, architecture=small, seed=3)
    again, *_ = run(make_work, vocab, None, architecture=small, seed=3)
    other, *_ = run(make_work, vocab, None, architecture=small, seed=4)
    assert counts["new_rows"] == 0
    assert model.config.vocab_size == counts["rows"] == len(AutoTokenizer.from_pretrained(folder))
    assert (model.config.num_hidden_layers, model.config.max_position_embeddings) == (2, 128)
    assert torch.equal(model.lm_head.weight, again.lm_head.weight)
    assert not torch.equal(model.lm_head.weight, other.lm_head.weight)


def test_a_folder_without_a_model_is_named(make_work, vocab, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"nowhere is not there\. Name a Hugging Face model folder"):
        run(make_work, vocab, Artifact(tmp_path / "nowhere", "x"))


def test_missing_weights_are_named(make_work, vocab, make_base) -> None:
    base = make_base()
    (base.path / "model.safetensors").unlink()
    with pytest.raises(RecipeError, match=r"no weights: looked for model\.safetensors"):
        run(make_work, vocab, base)


def test_damaged_weights_are_named(make_work, vocab, make_base) -> None:
    base = make_base()
    (base.path / "model.safetensors").write_bytes(b"\x00" * 100)
    with pytest.raises(RecipeError, match=r"cannot build .*base"):
        run(make_work, vocab, base)


def test_incomplete_weights_are_named(make_work, vocab, make_base) -> None:
    base = make_base()
    weights = load_file(base.path / "model.safetensors")
    del weights["model.layers.1.mlp.up_proj.weight"]
    save_file(weights, base.path / "model.safetensors", {"format": "pt"})
    with pytest.raises(RecipeError, match=r"lack 1 of .*layers\.1\.mlp\.up_proj"):
        run(make_work, vocab, base)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"rope": {"type": "longrope", "factor": 8}}, "short_factor with 4 numbers"),
        ({"rope": {"type": "linear"}}, "needs a factor"),
        ({"untie": False}, "cannot be tied"),
    ],
)
def test_impossible_settings_are_refused(make_work, vocab, make_base, fields: dict, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        run(make_work, vocab, make_base(tie=False), **fields)


def test_a_head_that_is_the_embeddings_cannot_be_treated_apart(make_work, vocab, make_base) -> None:
    message = r"adapt\.head_init needs a head.*one matrix of 259 × 32.*adapt\.untie = true.* 8288 weights"
    with pytest.raises(RecipeError, match=message):
        run(make_work, vocab, make_base(), head_init="subword_mean")
    run(make_work, vocab, make_base(), untie=True, head_init="subword_mean")


def test_rows_by_vectors_need_packed_text(make_work, vocab, make_base) -> None:
    with pytest.raises(RecipeError, match=r"adapt\.init = 'focus'.*no base piece occurs 5 times.*'subword_mean'"):
        run(make_work, vocab, make_base(), init="focus")


def test_unknown_model_type(make_work, vocab) -> None:
    with pytest.raises(RecipeError, match="llamma"):
        run(make_work, vocab, None, architecture={"model_type": "llamma"})


def test_heads_must_divide() -> None:
    with pytest.raises(ValueError, match="heads must divide hidden_size"):
        ArchitectureConfig(hidden_size=100, heads=3)


def test_a_vocabulary_for_another_base_is_refused(make_work, vocab, make_base) -> None:
    with pytest.raises(ArtifactError, match=r"made for another base"):
        run(make_work, vocab, make_base(rows=BASE_PIECES - 30))
