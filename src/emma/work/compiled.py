"""What a person is told of kernels that are compiled: the first run of all takes longer than the second."""

import sys

from emma.work.progress import Reporter
from emma.work.task import Usage


def tell_of_compiling(reporter: Reporter) -> None:
    """Say, before the first stage that uses kernels, that they will be compiled, if none was yet."""
    compiling = sys.modules.get("emma.kernels.compiling")  # loaded with a stage that uses kernels, and with numba
    if compiling is None or not compiling.is_cold():
        return
    if compiling.cache_folder() is None:
        reporter.say_once(
            "  kernels: compiled anew by every process, as no folder for them can be written; set NUMBA_CACHE_DIR"
        )
    else:
        reporter.say_once("  kernels: compiled for this processor when first used; once, some ten seconds in all")


def tell_what_was_compiled(usage: Usage, reporter: Reporter) -> None:
    """Say what compiling took, if there was any, and that it will not come again."""
    if not usage.compiled:
        return

    from emma.kernels.compiling import cache_folder

    reporter.say(
        f"  kernels: compiled {usage.compiled} for this processor in {usage.compile_s:.0f} s; "
        f"kept in {cache_folder()}, so this happens once"
    )
