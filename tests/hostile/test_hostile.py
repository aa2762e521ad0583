"""Damaged and crafted files of every form, read by the real collect stage: a small part of benchmarks/hostile."""

from dataclasses import replace
from pathlib import Path

import pytest

from emma.collect.readers.registry import list_readers
from tests.hostile.crafted import CRAFTED
from tests.hostile.forms import FORMS
from tests.hostile.mutate import mutate_form
from tests.hostile.trial import run_collect, run_confined, try_files, write

pytestmark = pytest.mark.slow

MUTATIONS = 6
"""Damaged files of each form."""


@pytest.fixture(scope="module", autouse=True)
def warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What every process would else do first: import, build tables, load kernels, which come in from a length on."""
    form = FORMS["lines"]
    room = tmp_path_factory.mktemp("warm")
    for folder in ("in", "good"):
        write(replace(form, content=form.content * 50), room / "data" / folder, form.content * 50)
    run_collect(form, room)


def test_every_reader_has_a_form() -> None:
    assert {form.reader for form in FORMS.values()} == set(list_readers())


@pytest.mark.parametrize("name", FORMS)
def test_damage(name: str, tmp_path: Path) -> None:
    form = FORMS[name]
    inputs = [form.pack(form.content), *(mutate_form(form, number) for number in range(MUTATIONS))]
    outcomes = list(try_files(form, inputs, tmp_path))
    assert [outcome.fault for outcome in outcomes] == [""] * len(inputs)
    assert "Error: " not in outcomes[0].message, "what is not damaged is read"


@pytest.mark.parametrize("name", CRAFTED)
def test_ill_will(name: str, tmp_path: Path) -> None:
    (outcome,) = run_confined([lambda: CRAFTED[name](tmp_path)], [tmp_path])
    assert outcome.fault == ""


def test_the_same_number_gives_the_same_bytes() -> None:
    for form in FORMS.values():
        assert mutate_form(form, 7) == mutate_form(form, 7)
    assert len({mutate_form(FORMS["csv"], number) for number in range(50)}) > 45


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("raise ValueError('x')", "traceback ValueError"),
        ("open('/tmp/emma-was-deceived', 'w')", "writes /tmp/emma-was-deceived"),
        ("open('../data/x', 'w').close()", "left outside of the store"),
        ("__import__('os').system('true')", "os.system"),
        ("__import__('socket').create_connection(('192.0.2.1', 80))", "socket."),
        ("__import__('os').kill(__import__('os').getpid(), 11)", "killed by SIGSEGV"),
        ("bytearray(3 << 30)", "traceback MemoryError"),
        ("1", ""),
    ],
)
def test_faults_are_seen(code: str, fault: str, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file").write_text("")

    def run() -> str:
        exec(code)
        return "done"

    (outcome,) = run_confined([run], [tmp_path])
    assert (fault in outcome.fault) if fault else not outcome.fault
