"""Outputs of commands that pages show: written from the commands themselves.

A page says `<!-- output of: emma lang iw -->` before a block; the block is what that command prints in the repository's
root, on a terminal of 100 columns.
"""

import os
import re
import shlex
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"(<!-- output of: emma (.+?) -->\n\n```text\n)(.*?)(^```$)", re.DOTALL | re.MULTILINE)


def rewrite_outputs(text: str) -> str:
    """A page with the outputs as they are now."""
    return BLOCK.sub(lambda match: f"{match[1]}{run_emma(match[2])}{match[4]}", text)


@lru_cache
def run_emma(arguments: str) -> str:
    """What the command prints, errors too."""
    command = [sys.executable, "-m", "emma", *shlex.split(arguments)]
    environment = os.environ | {"COLUMNS": "100", "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return "\n".join(line.rstrip() for line in (done.stdout + done.stderr).splitlines()) + "\n"
