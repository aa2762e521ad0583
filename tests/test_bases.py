"""Bases as people have them through the command line, from raw text to a release: what they say of themselves stays."""

import json
from pathlib import Path

import pytest

from tests.models.kinds import write_base, write_tokenizer
from tests.models.test_configuration import WHAT_ELSE
from tests.whole import RECIPE, emma, write_corpus

pytest.importorskip("torch", reason="needs the train extra")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["llama3", "gemma2", "gpt2", "neox_of_5"])
def test_a_release_says_what_its_base_says(kind: str, tmp_path: Path) -> None:
    write_corpus(tmp_path / "data", documents=15)
    base = tmp_path / "base"
    write_base(kind, base)
    write_tokenizer(base, padding_side="left", model_max_length=64, chat_template="{{ messages }}")
    text = RECIPE.format(
        name="r", data=tmp_path / "data", base=f'base = "{base}"', path="all.jsonl", pieces=60, tokens=6000
    )
    (tmp_path / "r.toml").write_text(text)
    done = emma("run", tmp_path / "r.toml", "--home", tmp_path / "home")
    assert done.returncode == 0, done.stderr
    released = tmp_path / "home" / "r" / "release" / "model"
    assert changed(base / "config.json", released / "config.json") == {"vocab_size"} | WHAT_ELSE.get(kind, set())
    for name in ("generation_config.json", "tokenizer_config.json"):
        assert (released / name).exists() == (base / name).exists()
        assert not changed(base / name, released / name)
    card = (released / "README.md").read_text()
    assert "`vocab_size` (rows for new pieces and padding)" in card
    assert ("convert_hf_to_gguf" in card) is False  # for byte-level vocabularies alone
    record = json.loads((released / "training.json").read_text())
    assert record["precision"] in ("fp32", "bf16")
    events = [json.loads(line) for line in (tmp_path / "home" / "r" / "events.jsonl").read_text().splitlines()]
    chosen = {each["stage"]: each["chosen"] for each in events if "chosen" in each}
    assert chosen["train"]["precision"].startswith(record["precision"])
    assert chosen["train"]["learning_rate"].startswith(f"{record['learning_rate']:g}: for adamw on a base")
    assert "precision" in chosen["evaluate"]


def changed(before: Path, after: Path) -> set[str]:
    """The fields in which two JSON files differ; none where neither is there."""
    one, other = (json.loads(path.read_text()) if path.exists() else {} for path in (before, after))
    return {name for name in one.keys() | other.keys() if one.get(name, ...) != other.get(name, ...)}
