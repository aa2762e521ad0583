"""An interrupt that Python drops is met at the next check."""

import os
import signal

import pytest

from emma.work import interrupt


@pytest.fixture
def listening():
    before = signal.getsignal(signal.SIGINT)
    interrupt.listen()
    yield
    interrupt.listen()
    signal.signal(signal.SIGINT, before)


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
