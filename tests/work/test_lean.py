"""Processes of EMMA's own start without pandas, and whoever asks for it still gets it."""

import subprocess
import sys

import pytest

pytest.importorskip("pandas")

ASK = """
import sys
from emma.work import lean
{claim}
lean.slim()
import pyarrow as pa
pa.array(["a"])
print("pandas" in sys.modules, pa.table({{"a": [1, 2]}}).to_pandas()["a"].sum())
"""


@pytest.mark.parametrize(("claim", "loaded"), [("lean.claim()", False), ("", True)])
def test_only_a_claimed_process_spares_itself_pandas(claim: str, loaded: bool) -> None:
    said = subprocess.run([sys.executable, "-c", ASK.format(claim=claim)], capture_output=True, text=True, check=True)
    assert said.stdout.split() == [str(loaded), "3"]
