"""Processes of EMMA's own start without pandas, and whoever asks for it still gets it."""

import subprocess
import sys

import pytest

from emma.work import process

pytest.importorskip("pandas")

ASK = """
import sys
from emma.work import process
{claim}
process.slim_process()
import pyarrow as pa
pa.array(["a"])
print("pandas" in sys.modules, pa.table({{"a": [1, 2]}}).to_pandas()["a"].sum())
"""


@pytest.mark.slow
@pytest.mark.parametrize(("claim", "loaded"), [("process.claim_process()", False), ("", True)])
def test_only_a_claimed_process_spares_itself_pandas(claim: str, loaded: bool) -> None:
    said = subprocess.run([sys.executable, "-c", ASK.format(claim=claim)], capture_output=True, text=True, check=True)
    assert said.stdout.split() == [str(loaded), "3"]


def test_once_a_process_however_often_it_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Ray worker is claimed by every task."""
    done: list[str] = []
    for name in ("spare_pandas", "spare_collections"):
        monkeypatch.setattr(process, name, lambda name=name: done.append(name))
    for name in ("_claims", "_slimmed"):
        monkeypatch.setattr(process, name, [])
    for _ in range(3):
        process.claim_process()
        process.slim_process()
    assert done == ["spare_pandas", "spare_collections"]
