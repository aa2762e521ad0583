"""How a document longer than the context is cut: every token is predicted once, from at least half a context."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """Inputs `begin` to `end` of a document go through the model; those from `score` on predict a token to count."""

    begin: int
    score: int
    end: int

    def __len__(self) -> int:
        return self.end - self.begin


def windows(predictions: int, context: int) -> list[Window]:
    """Windows of at most `context` inputs for a document with this many tokens to predict, each from one input.

    The first window is full; each one after it moves on by half a context at most, and sees all it can.
    """
    found = [Window(0, 0, min(context, predictions))] if predictions else []
    while found and (done := found[-1].end) < predictions:
        end = min(done + max(1, context // 2), predictions)
        found.append(Window(end - context, done, end))
    return found
