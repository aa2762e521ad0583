"""The Ray executor gives the same bytes as one process, and the same errors."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from emma.errors import SourceError
from emma.work.work import Work
from tests.work.test_graph import files, square, total

pytest.importorskip("ray", reason="needs the ray extra")


def refuse(out: Path, item: int) -> Mapping[str, int]:
    raise SourceError(f"row {item} is bad")


def test_ray_equals_one_process(make_work: Callable[..., Work], store: Path) -> None:
    from emma.work.on_ray import OnRay

    work = make_work("sums")
    work.gather(total, work.each(square, range(8), 2))
    expected = files(store)
    work.root = store.parent / "second"
    with OnRay(workers=2) as work.executor:
        work.gather(total, work.each(square, range(8), 2))
        assert files(work.root) == expected
        with pytest.raises(SourceError, match="is bad"):
            work.each(refuse, range(2))
