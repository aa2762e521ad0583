"""Every benchmark whose data is at hand: all of its rows are read, and every item can be asked."""

from pathlib import Path

import pytest

from emma.evaluate.tasks.data import find_folder
from emma.evaluate.tasks.registry import find_task
from emma.evaluate.tasks.task import Asking

DATA = Path(__file__).parents[4] / "shared/data/bench"
ITEMS = {
    "belebele": (2, 1_800, 0),
    "xquad": (6, 7_140, 0),
    "flores200": (122, 123_464, 1),
    "nusax_mt": (11, 4_400, 0),
    "nusax_mt:ind_Latn-mad_Latn": (1, 400, 0),
    "tata": (9, 859, 0),
    "mgsm": (8, 2_000, 0),
}
"""Languages, items and rejects; the one reject is a link of the sources that became a file."""


@pytest.mark.slow
@pytest.mark.parametrize("name", ITEMS)
def test_nothing_is_lost_and_no_item_is_its_own_example(name: str) -> None:
    task = find_task(name)
    if not DATA.is_dir():
        pytest.skip("shared data is not here")
    folder = find_folder(task.info, DATA)
    languages, items, rejects = list(task.languages(folder)), 0, 0
    for lang in languages:
        data = task.read(folder, lang)
        items, rejects = items + len(data.items), rejects + len(data.rejects)
        assert len({item.id for item in data.items}) == len(data.items)
        for item in data.items[::97]:
            for variant, requests in task.ask(item, lang, data, Asking()).items():
                asked = item.under(variant)
                prompt = requests[0].prompt
                assert prompt.query.strip()
                assert asked.gold not in ("", ())
                assert all(prompt.query not in shot for shot in prompt.shots)
    assert (len(languages), items, rejects) == ITEMS[name]
