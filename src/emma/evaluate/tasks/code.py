"""Code: MBXP, HumanEval-X and MultiPL-E, whose programs are judged by their tests.

Programming languages are variants, since an item is in one of them alone; what they are written in is program code.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emma.errors import RecipeError
from emma.evaluate.engine.requests import GenerateRequest, Prompt, Request
from emma.evaluate.tasks.data import Layout, known
from emma.evaluate.tasks.generation import TextTask
from emma.evaluate.tasks.rows import Row, RowError
from emma.evaluate.tasks.task import Asking, Item, RejectedItem, TaskData
from emma.lang.language import CODE, Lang

if TYPE_CHECKING:
    from emma.evaluate.metrics.metric import Metric

MAX_TOKENS = 512
NAMES = {"js": "javascript", "py": "python", "rb": "ruby", "rs": "rust", "pl": "perl", "sh": "bash"}
"""Languages by the names that MultiPL-E gives them, where those are others."""
STOPS = {
    "python": ("\nclass ", "\ndef ", "\n#", "\n@", "\nif ", "\nprint", "\nassert"),
    "ruby": ("\ndef ", "\n#", "\nputs", "\nclass ", "\nrequire"),
}
"""Beginnings of lines that no longer belong to the function. Where braces close it, they tell its end."""
IMPORT = re.compile(r"^import .*;$", re.MULTILINE)
FOREIGN = ("org.javatuples", "stretchr/testify", "#[cfg(test)]")
"""What tests ask for that no sandbox has: packages of the net, and a test runner of Rust."""

PYTHON = """
try:
    exec({program!r}, {{"__name__": "program"}})
except SystemExit as end:
    raise AssertionError("it left before its tests were done") from end
"""
"""A program of Python that ends by its tests alone, and not by leaving before them."""
JAVASCRIPT = 'process.exit = () => { throw new Error("it left before its tests were done") }\n'
"""The same for one of JavaScript, before it."""


def make_item(row: Row) -> Item:
    """A function to write, and the tests that judge it."""
    name = row.text("task_id", "name")
    language = str(row.values.get("language") or name.partition("/")[0]).lower().partition("_")[0]
    prompt, test = str(row.value("prompt")), str(row.value("test", "tests"))
    if foreign := next((word for word in FOREIGN if word in prompt + test), ""):
        raise RowError(f"its tests need '{foreign}', which the sandbox has not")
    stop = tuple(row.values.get("stop_tokens") or ())
    language = NAMES.get(language, language)
    fields = {
        "language": language,
        "prompt": prompt,
        "test": test,
        "entry_point": str(row.values.get("entry_point") or ""),
        "stop": stop or STOPS.get(language, ()),
        "is_braced": not stop and language not in STOPS,
    }
    return Item(name, "", fields, (prompt,))


def assemble(item: Item, text: str) -> str:
    """The whole program of an item: what it gives, what a model wrote, and the tests."""
    fields = item.fields
    body = fields["prompt"] + (close_braces(fields["prompt"], text) if fields["is_braced"] else text)
    test = fields["test"].replace('require("lodash")', '{ isEqual: require("util").isDeepStrictEqual }')
    if "def check(" in test and "\ncheck(" not in test:
        test = f"{test}\ncheck({fields['entry_point']})\n"
    if fields["language"] == "python":
        return PYTHON.format(program=f"{body}\n{test}")
    if fields["language"] == "go":
        return run_as_test(f"{body}\n{test}")
    if fields["language"] != "java":
        return f"{JAVASCRIPT if fields['language'] == 'javascript' else ''}{body}\n{test}"
    # The first class of a file is the one that runs, and imports come before it. One that would leave does not compile.
    imports, rest = "\n".join(IMPORT.findall(body)), IMPORT.sub("", body).replace("System.exit(", "System.leave(")
    return f"{imports}\n{test}\n{rest}"


def close_braces(prompt: str, text: str) -> str:
    """The text up to where it closes the braces that the prompt left open; braces in strings are not told apart."""
    depth = prompt.count("{") - prompt.count("}")
    for at, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if character == "}" and depth <= 0:
            return text[: at + 1]
    return text


def run_as_test(program: str) -> str:
    """A program of Go as a test, which is how the sandbox runs them."""
    if "func main()" not in program:
        return program
    tested = program.replace("func main()", "func TestProgram(t *testing.T)")
    return tested.replace("import (", 'import (\n\t"testing"', 1)


@dataclass(frozen=True)
class Programs(TextTask):
    """Functions that a model writes on, judged by running them."""

    def languages(self, folder: Path) -> Sequence[Lang]:
        """Program code."""
        return super().languages(folder) and [CODE]

    def read(self, folder: Path, lang: Lang) -> TaskData:
        """The functions; those in languages that no tool of this machine runs are rejects."""
        from emma.evaluate.metrics.sandbox import find_tool

        data = super().read(folder, lang)
        items, rejects = list[Item](), list(data.rejects)
        for item in data.items:
            try:
                find_tool(item.fields["language"])
                items.append(item)
            except RecipeError as error:
                rejects.append(RejectedItem(lang.label, *item.place, str(error)))
        return TaskData(tuple(items), rejects=tuple(rejects))

    def ask(self, item: Item, lang: Lang, data: TaskData, asking: Asking) -> Mapping[str, tuple[Request, ...]]:  # noqa: ARG002
        """Programs in the item's language. Raises RecipeError unless they may be run: no model writes in vain."""
        variant = item.fields["language"]
        self.metrics(variant, lang, asking)
        request = GenerateRequest(Prompt(item.fields["prompt"]), MAX_TOKENS, item.fields["stop"])
        return {variant: self.draw(request, item, variant, lang, asking)}

    def metrics(self, variant: str, lang: Lang, asking: Asking) -> "Sequence[Metric]":  # noqa: ARG002
        """pass@1, and pass@10 where there are as many samples."""
        from emma.evaluate.metrics.code import pass_rate

        counts = [k for k in (1, 10) if k <= asking.samples]
        return [pass_rate(variant, assemble, asking.run_generated_code, k) for k in counts]


def _programs(name: str, *paths: str) -> Programs:
    return Programs(known(name), Layout(paths, codes=(("", CODE.label),)), make_item, {}, ())


TASKS = (
    _programs("mbxp", "mb*.jsonl"),
    _programs("humaneval_x", "*.jsonl", "*/data/*.jsonl", "data/*/data/*.jsonl"),
    _programs("multipl_e", "*.jsonl", "*/{split}-*.parquet"),
)
