"""The pages of the documentation: their blocks, the commands in them, and how a command is checked without running it.

`python -m tests.pages` counts them. A block in Python runs, one in TOML is validated, one in bash or by indentation
holds commands, each of which its own program's parser or rule must know; what is only to be seen is fenced as text.
"""

import re
import shlex
import subprocess
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from markdown_it import MarkdownIt

from emma.cli.main import build_parser, expand_group

ROOT = Path(__file__).parents[1]
PAGES = [
    page
    for pattern in ("*.md", "docs/**/*.md", ".github/**/*.md")
    for page in sorted(ROOT.glob(pattern))
    if page.name != "CHANGELOG.md"
]
CONTROL = re.compile(r"(#|if |fi$|then$|'$|exec |export |source )")
"""Lines of a script that call no program of which anything is known."""


@dataclass(frozen=True)
class Block:
    """A block of a page: `language` is that of a fence, or "commands" where the block is indented."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def list_blocks(*languages: str) -> Iterator[Block]:
    """All blocks of these languages; of any, where none is named."""
    for page in PAGES:
        for token in MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8")):
            if token.type in ("fence", "code_block") and token.map:
                language = token.info.strip() if token.type == "fence" else "commands"
                if not languages or language in languages:
                    yield Block(page.relative_to(ROOT).as_posix(), token.map[0] + 1, language, token.content)


def list_commands() -> Iterator[tuple[Block, str]]:
    """Every line that calls a program, without its comment; lines that go on behind a backslash are one."""
    for block in list_blocks("commands", "bash"):
        for line in block.text.replace("\\\n", " ").split("\n"):
            command = re.sub(r"(^|\s{2,}|\s)#\s.*", "", line).strip()
            if (command and not (block.language == "bash" and CONTROL.match(command))) or command.startswith("exec "):
                yield block, command.removeprefix("exec ")


def check_command(command: str) -> None:
    """Check a command by its program's own parser, or by what the repository knows of it. Raises where it is wrong."""
    words = split(command)
    while words and re.match(r"[A-Z_]+=|export$", words[0]):
        words = words[1:]
    if not words:
        return
    program = Path(words[0]).name.rstrip("0123456789")
    CHECKS[program](words[1:])


def split(command: str) -> list[str]:
    """The words of a command; a variable of a script is taken for a number, and a quote may end in a later line."""
    command = re.sub(r'"?\$\w+"?', "8", command)
    return shlex.split(command if command.count("'") % 2 == 0 else command.rstrip("'"))


def check_emma(arguments: list[str]) -> None:
    """By EMMA's parser; SystemExit where it is refused."""
    build_parser().parse_args(expand_group(arguments))


def check_python(arguments: list[str]) -> None:
    """A module that there is; EMMA's own take the arguments of its commands."""
    if arguments[:1] == ["-m"]:
        assert find_spec(arguments[1]), arguments
        if arguments[1] in ("emma", "emma.train"):
            check_emma(["train"] * (arguments[1] == "emma.train") + arguments[2:])


def check_torchrun(arguments: list[str]) -> None:
    """By the launcher's own parser, and what it starts by EMMA's."""
    from torch.distributed.run import get_args_parser

    known = get_args_parser().parse_args(arguments)
    check_python(["-m", known.training_script, *known.training_script_args])


def check_pip(arguments: list[str]) -> None:
    """Extras that there are."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    named = [
        extra for each in re.findall(r"(?:\.|emma)\[([\w,-]+)\]", " ".join(arguments)) for extra in each.split(",")
    ]
    assert {*named} <= {*extras}, arguments


def check_make(arguments: list[str]) -> None:
    """Targets that there are."""
    targets = re.findall(r"^([\w$()./-]+):", (ROOT / "Makefile").read_text("utf-8").replace("$(VENV)", ".venv"), re.M)
    assert [each for each in arguments if "=" not in each and each not in targets] == []


def check_ray(arguments: list[str]) -> None:
    """A command of Ray's, with options that it has."""
    from ray.scripts.scripts import cli

    cli.commands[arguments[0]].make_context(arguments[0], arguments[1:])


def take(_arguments: list[str]) -> None:
    """Other people's programs, of which only the shell's syntax is checked, with the block."""


CHECKS: Mapping[str, Callable[[list[str]], None]] = {
    "emma": check_emma,
    "python": check_python,
    "torchrun": check_torchrun,
    "pip": check_pip,
    "make": check_make,
    "ray": check_ray,
    "bash": take, "docker": take, "git": take, "huggingface-cli": take, "hf": take, "pre-commit": take,
    "scontrol": take, "source": take, "srun": take, "sbatch": take,
}  # fmt: skip


def check_shell(text: str) -> str:
    """What bash says of the syntax of a script; nothing where it is right."""
    done = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
    return done.stderr


if __name__ == "__main__":
    print(Counter(block.language for block in list_blocks()))
    print(Counter(command.split()[0] for _, command in list_commands()))
