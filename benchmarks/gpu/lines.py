"""What `speed_7b` measures: the main line, and lines that differ from it in one thing."""

from dataclasses import dataclass, field, replace
from math import exp
from typing import Any

MAIN: dict[str, Any] = {
    "precision": "bf16",
    "attention": "auto",
    "compile": True,
    "activation_checkpointing": "selective",
    "micro_batch": 2,
    "learning_rate": 1e-5,
}
"""Master weights, gradients and AdamW's moments are float32 (EMMA's default)."""


@dataclass(frozen=True)
class Size:
    """A model shape, and how much of everything."""

    shape: dict[str, int]
    pieces: int
    many_pieces: int
    tokens: int
    """Of a sequence."""
    batch_tokens: int
    median: int
    """Of the documents' lengths in tokens, which are log-normal."""
    sigma: float = 1.2

    @property
    def mean(self) -> float:
        """Of the documents' lengths."""
        return self.median * exp(self.sigma**2 / 2)

    def settings(self, line: "Line") -> dict[str, Any]:
        """The values of [train] that are not defaults."""
        return {**MAIN, "batch_tokens": self.batch_tokens, **line.changes}


def shape(width: int, inner: int, layers: int, heads: int, tokens: int) -> dict[str, int]:
    """In transformers' words."""
    return {
        "hidden_size": width,
        "intermediate_size": inner,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": heads,
        "max_position_embeddings": tokens,
    }


FULL = Size(shape(4096, 11008, 32, 32, 4096), 32_000, 260_224, 4096, 32_768, median=300)
"""Llama 2 7B; 260,164 pieces as in MaLA-500, padded to a multiple of 128."""
DRY = Size(shape(128, 352, 2, 4, 256), 1024, 4096, 256, 2048, median=20)


@dataclass(frozen=True)
class Line:
    """One row of the result."""

    about: str
    changes: dict[str, Any] = field(default_factory=dict)
    pieces: str | None = None
    """`many`: the large vocabulary."""
    steps: int = 12
    warmup: int = 3
    seconds: int = 150
    """It is stopped after so many."""
    backend: str = "aot_eager"
    """Of compilation in a dry run, where generating code is not worth the time for every line."""
    run: Any = None
    """Instead of training steps."""

    def changed(self, settings: list[str]) -> "Line":
        """With settings given as name=value."""
        pairs = (each.partition("=") for each in settings)
        return replace(self, changes={**self.changes, **{name: value_of(text) for name, _, text in pairs}})


def value_of(text: str) -> Any:
    """A number, true, false, or the text."""
    words: dict[str, Any] = {"true": True, "false": False, "none": None}
    if text.lower() in words:
        return words[text.lower()]
    try:
        return int(text)
    except ValueError:
        return text


def check(*given: Any) -> dict[str, Any]:
    """Whether the kernels agree; imported when asked for."""
    from benchmarks.gpu.check import check as run

    return run(*given)


LINES: dict[str, Line] = {
    "main": Line("as below", steps=25, warmup=3, seconds=140, backend="inductor"),
    "fp8": Line("products inside blocks in 8 bits", {"precision": "fp8"}, steps=25, seconds=140),
    "check": Line("kernels agree with each other, and what large products reach", run=check, seconds=60),
    "compile off": Line("blocks are not compiled", {"compile": False}),
    "full checkpointing": Line("all of each block is computed again", {"activation_checkpointing": "full"}),
    "no checkpointing": Line("nothing is computed again", {"activation_checkpointing": "none"}),
    "no mask": Line("documents see what was before", {"document_masks": False}),
    "bf16 moments": Line("moments of 2 bytes", {"optimizer_states": "bf16"}),
    "260k pieces": Line(
        "a vocabulary as large as MaLA-500's; moments of 2 bytes, or it would not fit",
        {"optimizer_states": "bf16", "micro_batch": 1},
        pieces="many",
    ),
    "flex": Line("FlexAttention", {"attention": "flex"}),
    "sdpa": Line("transformers' dense mask", {"attention": "sdpa", "micro_batch": 1}),
    "one sequence": Line(
        "no checkpointing, a micro-batch of one", {"activation_checkpointing": "none", "micro_batch": 1}
    ),
    "four sequences": Line(
        "full checkpointing, a micro-batch of four", {"activation_checkpointing": "full", "micro_batch": 4}
    ),
    "whole gradients": Line("summed once a step, bf16 moments", {"whole_gradients": True, "optimizer_states": "bf16"}),
}
GROUPS: dict[str, list[str]] = {
    "main": ["main", "fp8", "check"],
    "ablations": ["one sequence", "no checkpointing", "compile off", "full checkpointing", "no mask", "bf16 moments"],
    "more": ["260k pieces", "flex", "whole gradients", "four sequences", "sdpa"],
}
"""What is measured in one call, the most important first."""
GOALS = {"main": 12_900, "fp8": 16_850}
"""Tokens a second of the 7B shape on one H200: 60 % of 989 TFLOP/s counted as in PaLM (a published run on one H100 with
bfloat16 weights and moments has 13,850), and NeMo 24.07's FP8 on H100s (16,847 to 17,120)."""
