"""How much of what the documentation shows is run or checked: python -m benchmarks.docs"""

from collections import Counter

from tests.pages import PAGES, list_blocks
from tests.test_docs import COMMANDS, RUN_HERE

from benchmarks.machine import machine, publish

HOW = {
    "commands": "shell syntax, and each command below",
    "bash": "shell syntax, and each command below",
    "python": "run, on a small finished run",
    "python not-run": "compiled: it needs adapters that the small run has not",
    "toml": "validated as a recipe (or as what else it is) by its typed model",
    "text": "to be looked at: outputs, which the command itself writes where they say so; pictures of folders",
}


def main() -> None:
    blocks = Counter(block.language for block in list_blocks())
    emma = [command for command in COMMANDS if command.startswith("emma ")]
    lines = [
        "# What the documentation shows, tested",
        "",
        "`python -m benchmarks.docs` counts; `pytest tests/test_docs.py` tests.",
        "",
        machine(),
        "",
        f"{len(PAGES)} pages with {blocks.total()} blocks.",
        "",
        "| block | number | how it is tested |",
        "|---|--:|---|",
        *(f"| {kind} | {number} | {HOW[kind]} |" for kind, number in blocks.most_common()),
        "",
        "| commands | number |",
        "|---|--:|",
        f"| different ones | {len(COMMANDS)} |",
        f"| of them EMMA's | {len(emma)} |",
        f"| run on the small finished run | {len(RUN_HERE)} |",
        f"| given to EMMA's own parser alone | {len(emma) - len(RUN_HERE)} |",
        f"| of other programs: by torchrun's and Ray's parsers, by targets and extras | {len(COMMANDS) - len(emma)} |",
    ]
    publish("docs", "\n".join(lines) + "\n", only_print=False)


if __name__ == "__main__":
    main()
