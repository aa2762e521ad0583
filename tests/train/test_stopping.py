"""A signal is heard while a step goes on, and not only when it is over."""

import os
import signal
import threading

import pytest

from emma.train import run as stage
from emma.train.config import TrainConfig
from emma.train.run import train
from emma.train.stopping import say_heard
from tests.train.conftest import LENGTH
from tests.train.test_run import Recorder


@pytest.mark.usefixtures("listening")
def test_it_is_said_before_the_step_is_done(world, make_work, monkeypatch: pytest.MonkeyPatch) -> None:
    work, recorder, take = make_work("train"), Recorder(), stage.take_step
    work.reporter, said = recorder, threading.Event()
    monkeypatch.setattr(recorder, "say", lambda text: (recorder.notes.append(text), said.set()))

    def slow(training, step):
        if step == 3:
            os.kill(os.getpid(), signal.SIGINT)
            assert said.wait(10)  # the step is under way
        return take(training, step)

    monkeypatch.setattr(stage, "take_step", slow)
    section = TrainConfig(batch_tokens=5 * LENGTH, device="cpu", learning_rate=1e-2, precision="fp32")
    with pytest.raises(KeyboardInterrupt):
        train(section, **world(), work=work)
    heard = next(note for note in recorder.notes if "heard" in note)
    assert heard.startswith("  train: Ctrl-C heard: ends when step 4 is done and saved")
    assert ". A second one ends at once, and what was done since the last checkpoint is done again" in heard
    assert recorder.notes[-1] == "  train: 4 of 8 steps are done and saved"


@pytest.mark.parametrize(
    ("taken", "seconds", "wanted"),
    [(0, 0.0, "step 1 is done and saved."), (12, 38.4, "step 13 is done and saved, which takes about 38 s.")],
)
def test_it_says_how_long_a_step_takes(taken: int, seconds: float, wanted: str) -> None:
    notes: list[str] = []
    say_heard(lambda: (taken, seconds), notes.append, signal.SIGTERM)
    assert f"SIGTERM heard: ends when {wanted}" in notes[0]
