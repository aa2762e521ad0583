"""The letters of a text's language: the text without markup, for whoever asks what script or language it is in."""

import re

MARKS = re.compile(r"[<{$%&@`\\]|\[\[|\]\(|://|www\.", re.IGNORECASE)
"""Where markup may begin; most texts have none of these."""


def letters(text: str, most: int | None = None) -> str:
    """The text's first `most` characters that are no markup; see `emma.kernels.letters`."""
    if not MARKS.search(text):
        return text[:most]
    import numpy as np

    from emma.kernels.letters import outside_markup

    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    kept = np.empty(len(points), np.uint32)
    count = outside_markup(points, kept, len(points) if most is None else most)
    return kept[:count].tobytes().decode("utf-32-le", "surrogatepass")
