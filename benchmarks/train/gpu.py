"""Training speed on one GPU, every line in a process of its own: `benchmarks/train/gpu.sh [main|ablations|more|all]`.

No network, and nothing but torch, transformers and numpy is needed. Without a GPU all lines run on a tiny model, which
shows that they run, and the result says that the GPU's line is open.
"""

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.train.gpu_lines import DRY, FULL, GROUPS, LINES, Size

ROOT = Path(__file__).parents[2]
BUDGET = 550
"""Seconds of one call."""
LEAST = 45
"""Seconds below which a line is not begun."""
Facts = dict[str, Any]


def main() -> None:
    """Measure the lines of a group, as far as time allows, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("group", nargs="?", default="main", choices=[*GROUPS, "all"])
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    parser.add_argument("--seconds", type=float, default=BUDGET)
    parser.add_argument("--set", action="append", default=[], help="a setting of [train] for all lines, as name=value")
    given = parser.parse_args()
    names = [name for group, some in GROUPS.items() if given.group in (group, "all") for name in some]
    gpu = has_gpu()
    deadline = time.monotonic() + given.seconds
    found = {name: run(name, deadline, given.set) for name in names}
    kind = given.group if gpu else "dry"
    path = given.out / f"gpu-{kind}-{datetime.date.today().isoformat()}.md"
    given.out.mkdir(parents=True, exist_ok=True)
    path.write_text(page(found, given.group, given.set, gpu), encoding="utf-8")
    print(path.read_text(encoding="utf-8"), f"\nWritten to {path}", sep="")


def has_gpu() -> bool:
    """Asked of another process, so that this one holds no memory on the device."""
    code = "import torch, sys; sys.exit(not torch.cuda.is_available())"
    return subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def run(name: str, deadline: float, settings: list[str]) -> Facts:
    """The facts of one line; without memory for it, once more with a smaller micro-batch."""
    facts = once(name, deadline, settings)
    short = "OutOfMemory" in facts.get("error", "")
    if short and not any(each.startswith("micro_batch") for each in settings):
        print(f"{name}: out of memory; again with one sequence in a micro-batch", file=sys.stderr)
        return {**once(name, deadline, [*settings, "micro_batch=1"]), "note": "micro-batch of 1: 2 do not fit"}
    return facts


def once(name: str, deadline: float, settings: list[str]) -> Facts:
    """Run one line in a process of its own."""
    left = min(LINES[name].seconds, deadline - time.monotonic())
    if left < LEAST:
        return {"error": "not run: no time left in this call"}
    print(f"== {name}: {LINES[name].about} ({left:.0f} s at most)", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "facts.json"
        changes = [word for each in settings for word in ("--set", each)]
        command = [sys.executable, "-m", "benchmarks.train.gpu_line", name, str(out), "--seconds", f"{left - 20:.0f}"]
        try:
            code = subprocess.run(
                [*command, *changes], cwd=ROOT, env=environment(), timeout=left, check=False
            ).returncode
        except subprocess.TimeoutExpired:
            return {"error": f"stopped after {left:.0f} s"}
        return json.loads(out.read_text()) if out.exists() else {"error": f"died with exit code {code}"}


def environment() -> dict[str, str]:
    """That of this process, with EMMA to be found and memory that does not splinter."""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")])
    fixed = {"PYTHONPATH": path, "TOKENIZERS_PARALLELISM": "false", "TRANSFORMERS_VERBOSITY": "error"}
    return {"PYTORCH_CUDA_ALLOC_CONF": "expandable_segments:True", **os.environ, **fixed}


def page(found: dict[str, Facts], group: str, settings: list[str], gpu: bool) -> str:
    """The result in Markdown."""
    size = FULL if gpu else DRY
    device = next((each["device"] for each in found.values() if "device" in each), "no device")
    changes = f" --set {' --set '.join(settings)}" if settings else ""
    head = [
        f"# Training on one GPU{'' if gpu else ': dry run'}",
        f"`benchmarks/train/gpu.sh {group}{changes}`",
        f"{device}, {platform.system()}, Python {platform.python_version()}, {versions()}.",
    ]
    if not gpu:
        head.append(
            "**The GPU's line is open**: there was no GPU here. The lines below ran on a CPU with a tiny model, on one "
            "thread, and only show that all of them run; their numbers say nothing about speed."
        )
    return "\n\n".join([*head, setup(size), table(found), details(found)]) + "\n"


def versions() -> str:
    import torch
    import transformers

    return f"torch {torch.__version__}, transformers {transformers.__version__}"


def setup(size: Size) -> str:
    """What all lines have in common."""
    layers, width = size.shape["num_hidden_layers"], size.shape["hidden_size"]
    return (
        f"Llama of {layers} layers, width {width}, {size.pieces:,} pieces, random weights; sequences of "
        f"{size.tokens:,} tokens, {size.batch_tokens:,} tokens a step. Synthetic documents: lengths log-normal, median "
        f"{size.median} tokens, sigma {size.sigma} (mean {size.mean:.0f}), packed end to end and masked. Unless the "
        "line says otherwise: bfloat16 computation; float32 master weights, gradients and moments; AdamW, fused; "
        "compiled blocks; all but products and attention recomputed; two sequences in a micro-batch. MFU: operations a "
        "second over the maker's dense bfloat16 peak (989 TFLOP/s on an H200), attention counted as the full square "
        "(PaLM), its causal half, and what documents leave of it. Peak: the most that was allocated on the device; "
        "plan: what `emma plan` predicts."
    )


def table(found: dict[str, Facts]) -> str:
    """A row a line."""
    rows = [
        "| line | tokens/s | MFU PaLM | causal | documents | peak GB | plan GB | steps | loss |",
        "|---|" + "--:|" * 8,
    ]
    return "\n".join([*rows, *(row(name, facts) for name, facts in found.items() if "checks" not in facts)])


def row(name: str, facts: Facts) -> str:
    if "error" in facts:
        return f"| {name} | {facts['error'].splitlines()[0][:160].replace('|', '/')} | | | | | | | |"
    used = [mfu(facts, kind) for kind in ("full square", "causal", "documents")]
    memory = [giga(facts.get(kind)) for kind in ("peak_bytes", "predicted_bytes")]
    first, last = facts["losses"]
    numbers = [f"{facts['tokens_a_second']:,.0f}", *used, *memory, str(facts["steps"]), f"{first:.2f} → {last:.2f}"]
    return f"| {name} | {' | '.join(numbers)} |"


def mfu(facts: Facts, kind: str) -> str:
    """Of the maker's peak, where that is known."""
    if not facts["peak"]:
        return "—"
    return f"{100 * facts['tokens_a_second'] * facts['flops_a_token'][kind] / facts['peak']:.1f} %"


def giga(size: float | None) -> str:
    return "—" if size is None else f"{size / 1e9:.4g}"


def details(found: dict[str, Facts]) -> str:
    """The checks, and a sentence a line."""
    lines = []
    for name, facts in found.items():
        if "checks" in facts:
            lines += [f"- check, {what}: {outcome}" for what, outcome in facts["checks"].items()]
        elif "error" not in facts:
            lines.append(f"- {name}: {LINES[name].about}; {detail(name, facts)}")
    return "\n".join(lines)


def detail(name: str, facts: Facts) -> str:
    """What else is known of a line."""
    told = [
        f"attention {facts['attention']}",
        f"{facts['documents_a_sequence']:.1f} documents a sequence",
        f"step {facts['median_seconds']:.3f} s in the median and {facts['slowest_seconds']:.3f} s at most",
        f"{facts['warmup_seconds']:.0f} s for the first {LINES[name].warmup}",
        f"{facts['graphs']} graphs compiled, {facts['breaks']} breaks",
        *(facts[key] for key in ("note", "prediction_failed") if key in facts),
    ]
    return ", ".join(told)


if __name__ == "__main__":
    main()
