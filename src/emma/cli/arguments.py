"""The commands and their arguments: what `emma --help` shows."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from emma import __version__
from emma.cli import commands
from emma.lang.tables import Scheme

STAGES = {
    "collect": "read the sources into documents, each with a resolved language, and rejects with reasons",
    "annotate": "measure every document: scripts, lengths, quality features, hashes",
    "curate": "give every document a split or a drop reason",
    "vocab": "grow the base tokenizer's vocabulary for the languages of the corpus",
    "pack": "tokenise once, into Megatron .bin/.idx files per language and domain",
    "mix": "plan how often each language and domain is seen in training",
    "adapt": "give the base model its new vocabulary and positions",
    "train": "continue pre-training on the mix",
    "evaluate": "bits per byte of base and adapted model, per language",
    "report": "write the report: one HTML page, CSV and JSON",
    "release": "write and verify the model and data-set folders",
}
VERBS = ("mix show", "vocab report")
"""Commands of two words whose first is a stage: what one asks of its result."""


def parser() -> argparse.ArgumentParser:
    """All commands and their arguments."""
    top = argparse.ArgumentParser(
        prog="emma",
        description="Adapt a language model to hundreds of languages: one recipe, one command.",
        epilog="Exit codes: 0 done, 1 an error with a message, 2 wrong usage, 130 interrupted or "
        "143 terminated (run again to go on).",
    )
    top.add_argument("--version", action="version", version=f"emma {__version__}")
    verbs = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    each = verbs.add_parser("demo", help="run everything on text that needs no download: a model in minutes")
    _running(each)
    each.set_defaults(command=commands.demo, strict=False)

    each = verbs.add_parser("run", help="run a recipe")
    each.add_argument("recipe", type=Path)
    each.add_argument("--until", choices=STAGES, default="release", metavar="STAGE", help="stop after this stage")
    _strict(each)
    each.set_defaults(command=commands.run)

    _status(verbs.add_parser("status", help="what is done and what is to do"))

    each = verbs.add_parser("why", help="what was decided about one document, and why")
    each.add_argument("document", metavar="DOC_ID", help="source:file#row")
    each.add_argument("--run", default=None, metavar="NAME", help="the run to ask (default: the only one there is)")
    _home(each)
    each.set_defaults(command=commands.why)

    each = verbs.add_parser("audit", help="the sheet of one language that a speaker reads, marks and signs")
    each.add_argument("lang", metavar="LANG", help="a label such as hin_Deva, a code, or an English name")
    each.add_argument("--run", default=None, metavar="NAME", help="the run to audit (default: the only one there is)")
    each.add_argument("--seed", type=int, default=0, metavar="N", help="draws other documents (default: 0)")
    form = each.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON")
    form.add_argument("--html", type=Path, default=None, metavar="FILE", help="write a page to print")
    _home(each)
    each.set_defaults(command=commands.audit)

    each = verbs.add_parser("diff", help="how two compiled corpora differ, language by language")
    each.add_argument("before", metavar="A", help="a run of this home, or the folder of any run")
    each.add_argument("after", metavar="B")
    each.add_argument("--json", action="store_true", help="as JSON")
    _home(each)
    each.set_defaults(command=commands.diff)

    _lang(verbs)
    _checking(
        verbs.add_parser(
            "check",
            help="whether a base can be adapted, trained, evaluated and released",
            description="Look at a base without running any code of it: files, configuration, weights (names, shapes, "
            "types, finite numbers), tokenizer (text in twelve scripts, ends, ids), and the arithmetic of a small "
            "model of its kind. With a recipe, its settings too. The exit code is 1 if anything stands in the way.",
        )
    )
    _planning(verbs.add_parser("plan", help="what training a recipe takes: memory, hours, energy, money"))

    each = verbs.add_parser("lid", help="train, measure and look into language-identification models")
    _lid_verbs(each)

    _mix_verb(verbs.add_parser("mix show", help="what a mix gives each language, or the documents of a step"))

    each = verbs.add_parser("vocab report", help="what languages cost in tokens, for tokenizers side by side")
    _vocab_verb(each)

    _stage_commands(verbs)
    return top


def _stage_commands(verbs: Any) -> None:
    for stage, purpose in STAGES.items():
        each = verbs.add_parser(stage, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.", add_help=False)
        each.add_argument("-h", "--help", action=_StageHelp, stage=stage, help="show this and the stage's settings")
        each.add_argument("recipe", type=Path)
        _strict(each)
        each.set_defaults(command=commands.run, until=stage)


def _lid_verbs(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    train = verbs.add_parser("train", help="train a model from a recipe's own clean sources")
    measure = verbs.add_parser("eval", help="measure any fastText model on a recipe's clean sources")
    labels = verbs.add_parser("labels", help="what a model's labels mean, and which mean nothing to us")
    for each in (measure, labels):
        each.add_argument("model", help="a fastText file, a folder with model.bin, or owner/repository@revision")
        each.add_argument("--scheme", default="any", choices=get_args(Scheme), help="how its labels are to be read")
    for each in (train, measure):
        each.add_argument("recipe", type=Path)
        each.add_argument("--sources", default="", metavar="A,B", help="those with labels to trust")
        each.add_argument("--out", type=Path, default=None, metavar="DIR", help="where files go")
        _running(each)
    train.set_defaults(command=commands.lid, model=None)
    measure.set_defaults(command=commands.lid)
    labels.set_defaults(command=commands.lid_labels)


def _mix_verb(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recipe", type=Path)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--step", type=_positive, metavar="N", help="the documents of this optimiser step, from 1")
    which.add_argument("--stage", metavar="NAME", help="only this stage of the mix")
    parser.add_argument(
        "--inventory", type=Path, action="append", default=[], metavar="CSV", help="plan from the sizes in this file"
    )
    parser.add_argument("--json", action="store_true", help="as JSON, with all languages")
    _changing(parser)
    parser.set_defaults(command=commands.mix_show)


def _vocab_verb(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "tokenizers",
        nargs="+",
        metavar="TOKENIZER",
        help="a model folder, tokenizer.json, SentencePiece .model, vocab artifact, or run; or NAME=one of these",
    )
    parser.add_argument(
        "--text",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        metavar="PATH",
        help="files or folders: one sentence a line and a file a language (swh_Latn.devtest), or pairs as JSON lines",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--run", default=None, metavar="NAME", help="measure on the held-out text of this run too")
    which.add_argument("--recipe", type=Path, default=None, help="the same, of this recipe's run")
    parser.add_argument(
        "--pieces",
        type=_numbers,
        nargs="?",
        const=(),
        default=None,
        metavar="K,K",
        help="what so many more pieces would save of the first tokenizer (default: 1000,2000,4000,8000,16000)",
    )
    parser.add_argument("--scheme", default="any", choices=get_args(Scheme), help="how codes are to be read")
    parser.add_argument("--lines", type=_positive, metavar="N", help="most lines of a language in a file (10000)")
    parser.add_argument(
        "--unaligned", action="store_true", help="take files whose lines are not as many as the English one's alone"
    )
    parser.add_argument("--all", action="store_true", dest="everything", help="print every language")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON")
    form.add_argument("--html", type=Path, default=None, metavar="FILE", help="write a page with charts")
    _home(parser)
    parser.set_defaults(command=commands.vocab_report)


def _lang(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`emma lang`."""
    each = verbs.add_parser(
        "lang",
        help="what a language code is, and what to use; `lang lint FILE` audits a list of languages, or a recipe",
        description="What language codes are, and what to use. `emma lang lint FILE` audits a list: plain lines, or "
        "CSV, TSV, JSON or Parquet with tokens too, of languages or of pairs. `emma lang lint RECIPE.toml` shows what "
        "every code of its sources and benchmarks stands for, the odd ones first. The exit code is 1 if anything is "
        "wrong, or refused.",
    )
    each.add_argument("code", nargs="+", metavar="CODE", help="a code, label or English name; or: lint FILE")
    each.add_argument("--scheme", default="any", choices=get_args(Scheme), help="how the codes are to be read")
    each.add_argument(
        "--set", action="append", default=[], dest="changes", metavar="a.b=c", help="lint: change a recipe"
    )
    each.add_argument("--small", type=_positive, metavar="TOKENS", help="lint: entries with less are reported")
    each.add_argument("--json", action="store_true", help="print JSON")
    each.set_defaults(command=commands.lang)


def _checking(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("base", metavar="BASE", help="a model folder, or a recipe: its base, with its settings")
    parser.set_defaults(command=commands.check)


def _planning(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--gpu", default=None, metavar="NAME", help="such as H200; cpu for this machine's processor")
    parser.add_argument("--gpus", type=_positive, default=1, metavar="N", help="how many train together (default: 1)")
    parser.add_argument(
        "--shape", metavar="NAME", help="for a base that is not here: llama2-7b and others, or a config.json"
    )
    parser.add_argument("--micro-batch", type=_positive, metavar="N", help="in place of train.micro_batch")
    speed = parser.add_mutually_exclusive_group()
    speed.add_argument("--tokens-per-second", type=float, metavar="X", help="of one GPU, where you know it")
    speed.add_argument("--measure", action="store_true", help="measure two blocks of such a model on this machine")
    parser.add_argument("--price", type=float, metavar="X", help="of an hour of one GPU, in any currency")
    parser.add_argument("--watts", type=float, metavar="X", help="of one GPU (default: its rated power)")
    parser.add_argument("--json", action="store_true", help="as JSON")
    _changing(parser)
    parser.set_defaults(command=commands.plan)


def _home(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--home", type=Path, default=Path("emma-runs"), metavar="DIR", help="holds store and runs (default: emma-runs)"
    )
    parser.add_argument(
        "--store",
        type=_url,
        default=os.environ.get("EMMA_STORE") or None,
        metavar="URL",
        help="object store to share, such as s3://bucket/prefix; the home's store is then its cache "
        "(default: $EMMA_STORE, or the one used before)",
    )


def _changing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set", action="append", default=[], dest="changes", metavar="a.b=c", help="change one value of the recipe"
    )
    _home(parser)


def _running(parser: argparse.ArgumentParser) -> None:
    _changing(parser)
    parser.add_argument(
        "--workers", type=_positive, default=None, metavar="N", help="processes (default: one per core)"
    )
    parser.add_argument(
        "--on", default="local", type=_place, metavar="WHERE", help="local, ray, or a Ray cluster's address"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress")


def _strict(parser: argparse.ArgumentParser) -> None:
    _running(parser)
    parser.add_argument(
        "--strict", action="store_true", help="stop when any text of a source is lost (default: its max_reject)"
    )


def _status(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recipe", type=Path, nargs="?")
    parser.add_argument(
        "--verify", action="store_true", help="read every file again and compare it with its manifest; 1 if any differs"
    )
    _changing(parser)
    parser.set_defaults(command=commands.status)


def _url(text: str) -> str:
    if "://" not in text:
        raise argparse.ArgumentTypeError(f"'{text}' is not a URL such as s3://bucket/prefix; for a folder use --home")
    return text


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(_positive(each) for each in text.split(","))


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{number} is not 1 or more")
    return number


def _place(text: str) -> str:
    if text in ("local", "ray") or ":" in text:
        return text
    raise argparse.ArgumentTypeError(f"'{text}' is not local, ray, or a Ray address such as head:6379")


class _StageHelp(argparse.Action):
    """Help of a stage command, with the settings of its recipe section."""

    def __init__(self, option_strings: Sequence[str], stage: str, **settings: Any) -> None:
        super().__init__(option_strings, nargs=0, **{**settings, "dest": argparse.SUPPRESS})
        self.stage = stage

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from emma.config.section import settings_help

        parser.print_help()
        print(settings_help(self.stage))
        parser.exit()
