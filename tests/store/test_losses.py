"""Shares and words of what a source lost."""

import pytest

from emma.store.losses import format_percent, is_loss_over, lost_share, summarise_loss

WHOLE = {"units": 100, "units_rejected": 0, "units_lost": 0, "bytes_read": 1000, "bytes_unread": 0}


@pytest.mark.parametrize(
    ("changes", "share", "allowed", "over"),
    [
        ({}, 0.0, 0.0, False),
        ({"units_rejected": 6, "units_lost": 6}, 0.06, 0.05, True),
        ({"units_rejected": 5, "units_lost": 5}, 0.05, 0.05, False),
        ({"units_rejected": 50, "units_lost": 5}, 5 / 55, 0.05, True),  # 45 have no text: they are in neither number
        ({"units_rejected": 50}, 0.0, 0.0, False),
        ({"units_rejected": 1, "units_lost": 1, "bytes_unread": 32_333}, 0.97, 0.05, True),
        ({"units": 34, "units_rejected": 33, "units_lost": 33}, 33 / 34, 0.05, True),
        ({"units": 3, "units_rejected": 1, "units_lost": 1}, 1 / 3, 0.05, False),  # one record costs one record
        ({"units": 3, "units_rejected": 1, "units_lost": 1}, 1 / 3, 0.0, True),
        ({"units": 3, "units_rejected": 2, "units_lost": 2}, 2 / 3, 0.05, True),
    ],
)
def test_shares_and_limits(changes: dict[str, int], share: float, allowed: float, over: bool) -> None:
    source = WHOLE | changes
    assert lost_share(source) == pytest.approx(share, abs=1e-5)
    assert is_loss_over(source, allowed) is over


def test_words() -> None:
    row = {"units": 10_000, "units_rejected": 1, "units_lost": 1, "bytes_read": 9, "bytes_unread": 0}
    assert summarise_loss(row) == "1 of 10,000 units rejected"
    unread = {"bytes_unread": 970, "bytes_read": 30, "unread_file": "tm.tmx", "unread_share": 0.97}
    assert summarise_loss(WHOLE | unread) == "97 % of tm.tmx was not read"
    assert summarise_loss(WHOLE) == ""


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0 %"), (1e-6, "<0.01 %"), (0.0001, "0.01 %"), (0.05, "5 %"), (0.97, "97 %"), (0.9999, ">99 %"), (1, "100 %")],
)
def test_percent(share: float, text: str) -> None:
    assert format_percent(share) == text
