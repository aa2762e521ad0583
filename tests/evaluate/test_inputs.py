"""What the address of an evaluation depends on beside artifacts."""

from pathlib import Path

from emma.evaluate.config import EvaluateConfig
from emma.evaluate.inputs import resolve_benchmarks


def test_another_bible_is_another_input(tmp_path: Path) -> None:
    """The text of Taxi1500 lies beside its labels."""
    for name in ("taxi1500_labels", "bibles"):
        (tmp_path / name).mkdir()
    (tmp_path / "taxi1500_labels" / "test.tsv").write_text("verse_id\tlabel\n", "utf-8")
    section, seen = EvaluateConfig(tasks=("taxi1500",)), []
    for text in ("a", "b", "a"):
        (tmp_path / "bibles" / "ewe_Latn.tsv").write_text(text, "utf-8")
        seen.append(resolve_benchmarks(section, tmp_path, tmp_path / f"cache{len(seen)}.json")[1])
    assert seen[0] == seen[2] != seen[1]
