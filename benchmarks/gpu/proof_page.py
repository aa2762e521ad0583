"""The result of the proof in Markdown."""

from typing import TYPE_CHECKING, Any

from benchmarks.gpu.place import describe_machine
from emma.lang.language import CODE

if TYPE_CHECKING:
    from benchmarks.gpu.proof import Found

Row = dict[str, Any]
GOAL = 290_000
"""Tokens a second of SmolLM2-135M on one H100: 30 % MFU."""
FLORES_METRIC = "bits_per_byte"
ENGLISH = "eng_Latn"


def render(found: "Found") -> str:
    """The page of what has been found so far."""
    facts, dry = found.facts, found.dry
    parts = [
        f"# A model adapted to every language of the corpus, on one GPU{': dry run' if dry else ''}",
        f"`python -m benchmarks.gpu.proof{' --dry' if dry else ''}`",
        *describe_machine(facts["device"], dry),
        describe_training(facts, dry),
    ]
    parts += describe_curve(found.tables["curve"])
    if "flores200_likelihood" in found.tables:
        parts += describe_flores(found.tables["flores200_likelihood"]["gains"])
    if "code" in found.tables:
        parts += describe_code(found.tables["code"]["gains"])
    if "sib200" in found.tables:
        parts += describe_sib(found.tables["sib200"])
    parts += [f"Not measured, for want of time: {', '.join(found.undone)}."] if found.undone else []
    return "\n\n".join(parts) + "\n"


def describe_training(facts: Row, dry: bool) -> str:
    """What was trained, how fast, and whether that is the goal."""
    section, (first, last) = facts["section"], facts["losses"]
    used = "" if facts["mfu"] is None else f", MFU {100 * facts['mfu']:.1f} %"
    memory = "" if facts["memory_bytes"] is None else f", {facts['memory_bytes'] / 1e9:.1f} GB at the peak"
    merged = f" Then merged with {facts['merge']:.0%} of the base, which no curve has." if facts["merge"] else ""
    goal = "reached" if facts["tokens/s"] >= GOAL else "not reached"
    return (
        f"{facts['weights']:,} weights, {facts['rows'].get('new_rows', 0):,} new rows; {facts['tokens']:,} tokens in "
        f"{facts['steps']:,} steps of {facts['batch_tokens']:,}, sequences of {facts['sequence_length']:,}, "
        f"{section['optimizer']} at {section['learning_rate']}, embeddings at {section['embedding_lr']}, "
        f"{section['precision']}. **{facts['tokens/s']:,.0f} tokens/s**{used}{memory}"
        + ("" if dry else f"; the goal of {GOAL:,} is {goal}")
        + f". Loss {first:.3f} → {last:.3f} nats a token.{merged}"
    )


def describe_curve(rows: list[Row]) -> list[str]:
    """Bits per byte of held-out text of the corpus while training: the mean of the languages, English and code."""
    if not rows:
        return []
    names = {None: "mean of the languages but English", ENGLISH: "English", CODE.label: "program code"}
    bits = {(row["lang"], row["step"]): row["bpb"] for row in rows}
    shown = {lang: name for lang, name in names.items() if any(key == lang for key, _ in bits)}
    table = [f"| step | {' | '.join(shown.values())} |", f"|--:|{'--:|' * len(shown)}"]
    for step in sorted({step for _, step in bits}):
        table.append(f"| {step} | {' | '.join(f'{bits[lang, step]:.3f}' for lang in shown)} |")
    return ["## Held-out text of the corpus while training, bits per byte", "\n".join(table)]


def describe_flores(gains: list[Row]) -> list[str]:
    """Bits per byte on FLORES-200: how many languages gained, the mean, English, and every language."""
    rows = [row for row in gains if row["metric"] == FLORES_METRIC]
    others = [row for row in rows if row["lang"] != ENGLISH]
    better = sum(row["value"] < row["value_baseline"] for row in others)
    sure = sum(row["low"] is not None and row["low"] > 0 for row in others)
    mean = sum(row["value"] / row["value_baseline"] - 1 for row in others) / max(1, len(others))
    told = (
        f"Lower in {better} of {len(others)} languages other than English ({sure} of them beyond the 95 % interval of "
        f"a paired bootstrap over sentences); {mean:+.1%} in the mean of relative changes."
    )
    english = [f"English: {change(row)}." for row in rows if row["lang"] == ENGLISH]
    head = ["| language | sentences | base | adapted | change | gain, 95 % interval |", "|---|--:|--:|--:|--:|--:|"]
    table = [
        f"| {row['lang']} | {row['items']} | {row['value_baseline']:.3f} | {row['value']:.3f} | "
        f"{row['value'] / row['value_baseline'] - 1:+.1%} | {interval(row)} |"
        for row in sorted(rows, key=lambda row: row["value"] / row["value_baseline"])
    ]
    return ["## FLORES-200 devtest, bits per byte", told, *english, "\n".join(head + table)]


def describe_code(gains: list[Row]) -> list[str]:
    """Bits per byte on program code."""
    lines = [
        f"- {row['lang']}: {row['bpb_base']:.3f} → {row['bpb_adapted']:.3f} "
        f"({row['bpb_adapted'] / row['bpb_base'] - 1:+.1%})"
        for row in gains
    ]
    return ["## Program code (MBXP), bits per byte", "\n".join(lines)]


def describe_sib(tables: dict[str, list[Row]]) -> list[str]:
    """Accuracy on SIB-200 by variant, in the mean and in each language."""
    means = [
        f"- {row['variant']}: {row['value']:.3f}, gain {interval(row, 'delta_')} over {row['languages']} languages"
        for row in tables["means"]
        if row["delta"] is not None and row["metric"] == "accuracy"
    ]
    rows = [row for row in tables["gains"] if row["metric"] == "accuracy" and row["variant"] == "cloze"]
    head = ["| language | items | base | adapted | q |", "|---|--:|--:|--:|--:|"]
    table = [
        f"| {row['lang']} | {row['items']} | {row['value_baseline']:.3f} | {row['value']:.3f} | {decimal(row['q'])} |"
        for row in sorted(rows, key=lambda row: -row["delta"])
    ]
    told = "q: exact McNemar, adjusted over languages (Benjamini and Hochberg)."
    return ["## SIB-200, accuracy by tree scoring", "\n".join(means), told, "\n".join(head + table)]


def change(row: Row) -> str:
    """Before, after and the relative change."""
    return f"{row['value_baseline']:.3f} → {row['value']:.3f} ({row['value'] / row['value_baseline'] - 1:+.1%})"


def interval(row: Row, prefix: str = "") -> str:
    """The gain with its interval; above zero is better."""
    low, high = (row[f"{prefix}{name}"] for name in ("low", "high"))
    bounds = "" if low is None else f" [{low:+.3f}, {high:+.3f}]"
    return f"{row['delta']:+.3f}{bounds}"


def decimal(value: float | None) -> str:
    return "—" if value is None else f"{value:.3g}"
