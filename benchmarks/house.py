"""How the code itself is built, at any commit: `python -m benchmarks.house [REVISION …] [--timed]`.

Counts what a newcomer meets: files and functions and how long they are, how much of it is imports, comments and
docstrings, how often a type is `Any`, and which files lie loose beside the rooms.
"""

import argparse
import ast
import io
import subprocess
import sys
import tarfile
import time
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.machine import machine, publish

ROOT = Path(__file__).parents[1]
HELP_RUNS = 10
ROWS: Mapping[str, str] = {
    "files": "Python files in `src`",
    "lines": "lines in `src`",
    "file_median": "lines per file that is not empty: median",
    "file_p90": "90th percentile",
    "file_max": "longest",
    "function_median": "lines per function with its docstring: median",
    "function_p90": "90th percentile",
    "function_max": "longest",
    "imports": "import statements, share of lines",
    "comments": "lines with a comment, share of lines of code",
    "docstrings": "public functions, classes and modules with a docstring",
    "any": "`Any` in annotations",
    "dict_any": "`dict[str, Any]` and `Mapping[str, Any]`",
    "loose": "files beside the rooms (`src/emma/*.py`)",
    "test_files": "Python files in `tests`",
    "test_lines": "lines in `tests`",
}


@dataclass(frozen=True)
class Module:
    """One Python file."""

    path: Path
    text: str

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.text.count("\n")

    @property
    def nodes(self) -> list[ast.AST]:
        """Its syntax tree, flat."""
        return list(ast.walk(ast.parse(self.text)))


def main() -> None:
    """Measure each revision and print them side by side."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("revisions", nargs="*", default=["HEAD"], metavar="REVISION")
    parser.add_argument("--timed", action="store_true", help="Also time `emma --help` and the quick tests, here.")
    parser.add_argument("--print", action="store_true", help="Print the result, and keep no file of it.")
    arguments = parser.parse_args()
    columns = [measure(list(modules(revision))) for revision in arguments.revisions]
    lines = [
        "# The code itself",
        "",
        f"`python -m benchmarks.house {' '.join(arguments.revisions)}`",
        "",
        machine(),
        "",
    ]
    lines += [*table(arguments.revisions, columns), ""]
    if arguments.timed:
        lines += [*timings(), ""]
    publish("house", "\n".join(lines), only_print=arguments.print)


def modules(revision: str) -> Iterator[Module]:
    """The Python files of `src` and `tests` at a revision."""
    archive = subprocess.run(
        ["git", "-C", str(ROOT), "archive", revision, "src", "tests"], check=True, capture_output=True
    )
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        for member in files:
            if member.isfile() and member.name.endswith(".py"):
                content = files.extractfile(member)
                assert content is not None
                yield Module(Path(member.name), content.read().decode("utf-8"))


def measure(found: list[Module]) -> dict[str, str]:
    """The values of ROWS."""
    source = [module for module in found if module.path.parts[0] == "src"]
    tests = [module for module in found if module.path.parts[0] == "tests"]
    lines = sum(module.lines for module in source)
    nodes = [node for module in source for node in module.nodes]
    files = [module.lines for module in source if module.lines]
    functions = [length(node) for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    public = [has for module in source for has in public_docstrings(module)]
    code = sum(code_lines(module) for module in source)
    imports = sum(length(node) for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))
    return {
        "files": f"{len(source):,}",
        "lines": f"{lines:,}",
        **percentiles("file", files),
        **percentiles("function", functions),
        "imports": f"{imports / lines:.1%}",
        "comments": f"{sum(map(comment_lines, source)) / code:.1%}",
        "docstrings": f"{sum(public) / len(public):.1%}",
        "any": f"{sum(isinstance(node, ast.Name) and node.id == 'Any' for node in nodes):,}",
        "dict_any": f"{sum(map(is_untyped_record, nodes)):,}",
        "loose": f"{sum(len(module.path.parts) == 3 for module in source)}",
        "test_files": f"{len(tests):,}",
        "test_lines": f"{sum(module.lines for module in tests):,}",
    }


def length(node: ast.AST) -> int:
    """Lines of a statement."""
    return int(node.end_lineno) - int(node.lineno) + 1  # type: ignore[attr-defined]


def percentiles(name: str, values: list[int]) -> dict[str, str]:
    """Median, 90th percentile and maximum."""
    median, p90 = np.percentile(values, (50, 90))
    return {f"{name}_median": f"{median:.0f}", f"{name}_p90": f"{p90:.0f}", f"{name}_max": str(max(values))}


def public_docstrings(module: Module) -> Iterator[bool]:
    """Whether each public function, class and the module itself says what it is for."""
    for node in module.nodes:
        if (isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")) or (
            isinstance(node, ast.Module) and node.body
        ):
            yield ast.get_docstring(node) is not None


def code_lines(module: Module) -> int:
    """Lines that are neither blank nor inside a string that stands alone."""
    strings = {
        line
        for node in module.nodes
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, int(node.end_lineno or node.lineno) + 1)
    }
    lines = module.text.splitlines()
    return sum(bool(line.strip()) and number not in strings for number, line in enumerate(lines, 1))


def comment_lines(module: Module) -> int:
    """Lines with a comment for people; `noqa`, `type: ignore` and `fmt` are for programs."""
    tokens = tokenize.generate_tokens(io.StringIO(module.text).readline)
    comments = (token.string for token in tokens if token.type == tokenize.COMMENT)
    return sum(not comment.startswith(("# noqa", "# type:", "# fmt:", "# pragma:")) for comment in comments)


def is_untyped_record(node: ast.AST) -> bool:
    """Whether an annotation says no more than that there are names and values."""
    return isinstance(node, ast.Subscript) and ast.unparse(node) in ("dict[str, Any]", "Mapping[str, Any]")


def timings() -> Iterator[str]:
    """Wall seconds of what people wait for most often, as it is in this folder."""
    helps = [wall_s([sys.executable, "-m", "emma", "--help"]) for _ in range(HELP_RUNS)]
    yield f"- `emma --help`: median {np.median(helps):.2f} s, slowest {max(helps):.2f} s of {HELP_RUNS} runs."
    yield f"- `make quick`, installed: {wall_s(['make', 'quick']):.0f} s."


def wall_s(command: list[str]) -> float:
    """Seconds that a command takes. Raises CalledProcessError when it fails."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - begin


def table(revisions: list[str], columns: list[dict[str, str]]) -> Iterator[str]:
    """The measurements as a Markdown table."""
    yield f"| | {' | '.join(revisions)} |"
    yield f"|---|{'--:|' * len(revisions)}"
    for key, text in ROWS.items():
        yield f"| {text} | {' | '.join(column[key] for column in columns)} |"


if __name__ == "__main__":
    main()
