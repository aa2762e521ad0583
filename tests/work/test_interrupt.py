"""An interrupt that Python drops is met at the next check."""

import os
import queue
import signal

import pytest

from emma.work import interrupt


class Dying:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(1000):
            pass


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_lost_in_a_finaliser_is_met_later(listening):
    interrupt.check()
    dying = Dying()
    del dying
    with pytest.raises(KeyboardInterrupt):
        interrupt.check()


def test_an_interrupt_is_raised_at_once_and_forgotten_by_the_next_run(listening):
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    interrupt.listen()
    interrupt.check()


@pytest.fixture
def patient(listening):
    with interrupt.deferred():
        yield


def test_a_signal_is_put_off_where_it_must_be(patient):
    for _ in range(2):  # launchers pass on what the processes got already
        os.kill(os.getpid(), signal.SIGTERM)
    assert interrupt.pending_signal() == signal.SIGTERM
    assert interrupt.exit_code() == 143
    with pytest.raises(interrupt.Terminated):
        interrupt.check()


def test_a_signal_that_is_repeated_later_is_obeyed_at_once(patient, monkeypatch):
    os.kill(os.getpid(), signal.SIGINT)
    monkeypatch.setattr(interrupt, "SAME_S", 0.0)
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    assert interrupt.exit_code() == 130


def test_what_is_waited_for_is_said_once(listening):
    heard = queue.Queue()
    with interrupt.deferred(heard.put):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)
        assert heard.get(timeout=10) == signal.SIGTERM
    assert heard.empty()


def test_terminated_at_once_where_nothing_is_under_way(listening):
    with pytest.raises(interrupt.Terminated):
        os.kill(os.getpid(), signal.SIGTERM)


def test_another_process_was_told(listening):
    with pytest.raises(interrupt.Terminated):
        interrupt.obey_signal(signal.SIGTERM)
    assert interrupt.exit_code() == 143
