"""Other libraries' progress bars kept off the terminal, where EMMA has its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from emma.config.extras import need


@contextmanager
def quiet() -> Iterator[None]:
    """No bars of `datasets` and `transformers` inside; afterwards they are as they were."""
    datasets = need("datasets", "train")
    logging = need("transformers", "train").utils.logging
    before = datasets.are_progress_bars_disabled(), not logging.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if not before[0]:
            datasets.enable_progress_bars()
        if not before[1]:
            logging.enable_progress_bar()
