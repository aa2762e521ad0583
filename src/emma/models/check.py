"""Checks of a base before anything is done with it: whether it can be adapted, trained, evaluated and released.

Everything that a later stage would refuse is refused here, in seconds, with what to do about it. Nothing of the base's
own code runs.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

from emma.config.extras import need
from emma.errors import RecipeError
from emma.models import folder as folders
from emma.models.configuration import find_config_problems
from emma.models.folder import CONFIG, GENERATION, WEIGHT_TYPES, read_model_json
from emma.wording import plural

CHECK_VERSION = 1
"""Number to raise when a base that passed must be checked again."""
OTHER_TYPES = {"I64", "I32", "BOOL", "U8", "int64", "int32", "bool", "uint8"}
"""Types of tensors that are not weights, such as masks that old checkpoints keep."""


@dataclass
class BaseReport:
    """The results of checking a base."""

    checks: list[str] = field(default_factory=list)
    """The checks that were made, each in a line with its result."""
    notes: list[str] = field(default_factory=list)
    """Findings that adaptation does not stop at."""
    problems: list[str] = field(default_factory=list)
    """Findings that stand in the way, each with what to do."""
    new_pieces: int = 0
    """Pieces that the base's vocabulary is to get."""

    def raise_any(self, base: str) -> None:
        """RecipeError with all problems, if there are any."""
        if self.problems:
            several = len(self.problems) > 1
            listed = " ".join(f"({n}) {each}" if several else each for n, each in enumerate(self.problems, 1))
            raise RecipeError(f"The base {base} cannot be adapted as it is. {listed} Nothing was done with it yet.")


def check_base(folder: Path, new_pieces: int = 0) -> BaseReport:
    """Check the files of a base that is to get `new_pieces` pieces; never raises for what is wrong with them. Reads all
    weights once."""
    report = BaseReport(new_pieces=new_pieces)
    for check in (check_files, check_config, check_tensors, check_tokenizer, check_arithmetic):
        try:
            check(folder, report)
        except RecipeError as error:
            report.problems.append(str(error))
        if report.problems and check in (check_files, check_config):
            break  # what follows would only say the same in other words
    return report


def check_files(folder: Path, report: BaseReport) -> None:
    """Check that configuration and weights are there, and that the weights can be read as data."""
    folders.check_folder(folder)
    files = folders.weight_files(folder)
    if absent := [path.name for path in files if not path.is_file()]:
        raise RecipeError(f"Weights are missing: {', '.join(absent[:3])}, which the index lists. Fetch the base again.")
    if files and files[0].suffix == folders.PICKLE_SUFFIX:
        report.notes.append("the weights are pickled (.bin); they are read as data only, and no code in them runs")
    report.checks.append(f"{plural(len(files), 'file')} of weights")


def check_config(folder: Path, report: BaseReport) -> None:
    """Check that the configuration is of a kind that transformers has, for text, with numbers that make sense."""
    config = read_model_json(folder / CONFIG)
    problems = list(find_config_problems(config))
    if problems:
        report.problems += problems
        return
    if "auto_map" in config:
        report.notes.append(
            f"{CONFIG} names code of its own; it is not run, transformers' own {config['model_type']} is used, and the "
            "result does not name it"
        )
    report.checks.append(f"{config['model_type']}, {folders.stored_type(folder)}")


def check_tensors(folder: Path, report: BaseReport) -> None:
    """Check that the weights are those that the configuration asks for, finite, and of types that are trained."""
    need("torch", "train")
    from emma.models.weights import check_fit, check_generation, is_finite

    check_generation(folder)
    report.notes += check_fit(folder)
    broken, count = [], 0
    # One at a time: a base of any size is checked in the memory that its largest tensor takes.
    for name, tensor in folders.read_tensors(folder):
        count += tensor.numel()
        if not is_finite(tensor):
            broken.append(name)
    if broken:
        report.problems.append(
            f"NaN or infinity is in {len(broken)} of its tensors: {', '.join(broken[:3])}"
            f"{', …' if broken[3:] else ''}. Fetch it again, or choose another."
        )
    check_types(folder, report)
    report.checks.append(f"{count:,} weights, as {CONFIG} asks for{'' if broken else ', all finite'}")


def check_types(folder: Path, report: BaseReport) -> None:
    """Check that weights are of types that are trained, and note a head beside tied embeddings."""
    tensors = folders.list_tensors(folder)
    if odd := sorted({tensor.dtype for tensor in tensors} - WEIGHT_TYPES.keys() - OTHER_TYPES):
        report.problems.append(f"Some of its weights are of type {', '.join(odd)}: take the base in bfloat16.")
    tied = read_model_json(folder / CONFIG).get("tie_word_embeddings")
    if tied and any(tensor.name == "lm_head.weight" for tensor in tensors):
        report.notes.append(
            "tie_word_embeddings is true, but its weights hold a head too; where the two differ, the head is kept as "
            "it is, and the result says tie_word_embeddings = false"
        )


def check_tokenizer(folder: Path, report: BaseReport) -> None:
    """Check that text in twelve scripts comes back, that ends are known and agree, and that ids have rows."""
    from emma.models.check_tokenizer import find_tokenizer_problems
    from emma.models.round_trip import check_as_loaded
    from emma.models.special_ids import find_id_problems, special_ids
    from emma.models.tokenizer_file import EXPANDABLE, read_tokenizer_table, tokenizer_kind

    findings = find_tokenizer_problems(folder, report.new_pieces)
    report.problems += findings.problems
    report.notes += findings.notes
    if findings.problems:
        return
    check_as_loaded(folder)
    config, ids = read_model_json(folder / CONFIG), special_ids(folder)
    own = {"bos_token_id": ids.bos, "eos_token_id": ids.eos}
    # Ids beyond the rows are the tokenizer's to judge: such tokens get rows.
    wrong = find_id_problems(config, read_model_json(folder / GENERATION), own, sys.maxsize)
    report.problems += [f"It {each}. Correct the file that is wrong." for each in wrong]
    if not report.new_pieces and (kind := tokenizer_kind(read_tokenizer_table(folder))) not in EXPANDABLE:
        report.notes.append(f"no pieces can be added to its tokenizer ({kind}): it needs vocab.new_pieces = 0")
    report.checks.append("tokenizer: texts in twelve scripts, ends, ids")


def check_arithmetic(folder: Path, report: BaseReport) -> None:
    """Check on a small random model of the same kind that the head makes the logits, and that documents are apart."""
    need("torch", "train")
    from emma.models.probe import probe_architecture

    probe_architecture(folder)
    report.checks.append("head, positions and packed documents, on a small model of its kind")
