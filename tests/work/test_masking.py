"""Personal data are masked in texts and in what is said beside them, which stays JSON."""

import orjson
import pyarrow as pa
import pytest

from emma.work.masking import mask_table

META = [
    {"by": "ali@example.org", "phone": 255712345678, "tags": ["ሰላም", {"to": ["sara@example.org", None, True, 1.5]}]},
    {"by": "ߒߞߏ"},
    None,
    {"seen": {"ali@example.org": 2}},
]


def test_what_is_masked() -> None:
    dumped = [None if meta is None else orjson.dumps(meta).decode() for meta in META]
    texts = ["a ali@example.org", "b", "c", "d"]
    table = pa.table({"id": ["1", "2", "3", "4"], "text": texts, "text2": pa.nulls(4, pa.string()), "meta": dumped})
    masked, counts = mask_table(table, ["email"])
    assert masked["text"].to_pylist() == ["a <EMAIL>", "b", "c", "d"]
    assert masked.schema == table.schema and masked["text2"].null_count == 4
    found = [None if text is None else orjson.loads(text) for text in masked["meta"].to_pylist()]
    assert found == [
        META[0] | {"by": "<EMAIL>", "tags": ["ሰላም", {"to": ["<EMAIL>", None, True, 1.5]}]},
        *META[1:3],
        {"seen": {"<EMAIL>": 2}},
    ]
    assert counts == {"masked_email": 4}


@pytest.mark.parametrize("number", ["+255712345678", "+255 712 345 678"])
def test_a_number_becomes_a_text(number: str) -> None:
    table = pa.table({"meta": [orjson.dumps({"phone": number, "n": 7}).decode()]})
    masked, _ = mask_table(table, ["phone"])
    assert orjson.loads(masked["meta"][0].as_py()) == {"phone": "<PHONE>", "n": 7}


@pytest.mark.parametrize("data", ["85.214.132.117", "+49 170 1234567", "٤٥٣٩ ١٤٨٨ ٠٣٤٣ ٦٤٦٧"])
def test_what_begins_a_line_is_found(data: str) -> None:
    table = pa.table({"meta": [orjson.dumps({"note": f"from\n{data}\tnow"}).decode()]})
    masked, counts = mask_table(table, ["ip", "phone", "card"])
    assert data not in masked["meta"][0].as_py() and sum(counts.values()) == 1


def test_nothing_is_asked_for() -> None:
    table = pa.table({"text": ["ali@example.org"]})
    assert mask_table(table, []) == (table, {})
