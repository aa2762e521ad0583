"""What a result file must say about where it was measured."""

import datetime
import importlib.metadata
import os
import platform
from pathlib import Path

PACKAGES = ("emma", "torch", "transformers", "tokenizers", "numba", "numpy", "pyarrow")


def machine() -> str:
    """Processor, cores, memory, system and versions, in one paragraph."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    kernels = f" (kernels of {limit()} alone)" if limit() else ""
    return (
        f"{processor()}{kernels}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}, {versions}"
    )


def limit() -> str:
    """What the processor's kernels are limited to, such as AVX2, to stand for a lesser one; "" where they are not."""
    return os.environ.get("ONEDNN_MAX_CPU_ISA", "")


def processor() -> str:
    """The processor's name."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def result_path(name: str) -> Path:
    """Where today's result of a benchmark goes."""
    return Path(__file__).parent / "results" / f"{name}-{datetime.date.today().isoformat()}.md"


def publish(name: str, result: str, *, only_print: bool) -> None:
    """Print a result and, unless told otherwise, keep it as today's."""
    print(result)
    if not only_print:
        result_path(name).write_text(result, encoding="utf-8")
