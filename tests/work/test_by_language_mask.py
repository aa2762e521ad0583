"""Personal data are masked on both sides of a pair, and only the kinds that were asked for."""

import pyarrow as pa

from emma.work.by_language import mask_texts

TABLE = pa.table(
    {
        "id": ["a", "b", "c"],
        "text": ["اكتب إلى a@b.com", "โทร 0812345678", "ⴰⵣⵓⵍ"],
        "text2": pa.array(["write to c@d.org or +254 712 345 678", None, None], pa.string()),
    }
)


def test_both_sides_are_masked_and_counted() -> None:
    masked, counts = mask_texts(TABLE, ["email"])
    assert masked["text"].to_pylist() == ["اكتب إلى <EMAIL>", "โทร 0812345678", "ⴰⵣⵓⵍ"]
    assert masked["text2"].to_pylist() == ["write to <EMAIL> or +254 712 345 678", None, None]
    assert counts == {"masked_email": 2}
    masked, counts = mask_texts(TABLE, ["email", "phone"])
    assert masked["text"][1].as_py() == "โทร <PHONE>"
    assert masked["text2"][0].as_py() == "write to <EMAIL> or <PHONE>"
    assert counts == {"masked_email": 2, "masked_phone": 2}
    assert masked.schema == TABLE.schema


def test_nothing_is_masked_unless_asked_for() -> None:
    masked, counts = mask_texts(TABLE, [])
    assert masked.equals(TABLE) and counts == {}
