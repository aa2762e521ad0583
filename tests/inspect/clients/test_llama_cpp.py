"""A byte-level vocabulary with pieces of its own converts, and llama.cpp cuts text and computes as EMMA does."""

from pathlib import Path

import pytest

from emma.cli.main import main
from emma.inspect.clients.checks import SkippedError
from emma.inspect.clients.llama_cpp import CONVERTER, HOME, find_home, verify_llama_cpp
from emma.inspect.clients.released import Released


@pytest.mark.slow
def test_ids_and_logits_are_ours(released: Released, tmp_path: Path) -> None:
    if not (find_home() / "converter" / CONVERTER).exists():
        pytest.skip("llama.cpp is not installed: make .venv/.llama-cpp")
    opened = verify_llama_cpp(released, tmp_path)
    assert [each.detail for each in opened.comparisons if not each.holds] == []
    assert len(opened.comparisons) == 4


@pytest.mark.slow
def test_a_file_for_llama_cpp(trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not (find_home() / "converter" / CONVERTER).exists():
        pytest.skip("llama.cpp is not installed: make .venv/.llama-cpp")
    gguf = pytest.importorskip("gguf", reason="needs the extra smollm2")
    out = tmp_path / "exported" / "model.gguf"
    assert main(["export-gguf", str(trained / "release" / "model"), str(out), "--type", "q8_0"]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert gguf.GGUFReader(out).fields["tokenizer.ggml.pre"].contents() == "smollm"
    assert [each.name for each in out.parent.iterdir()] == ["model.gguf"]
    assert main(["export-gguf", str(trained / "release" / "model"), str(out)]) == 1
    assert f"{out} is there already" in capsys.readouterr().err
    (trained / "release" / "model" / "tokenizer.json").rename(tmp_path / "tokenizer.json")
    try:
        assert main(["export-gguf", str(trained / "release" / "model"), str(tmp_path / "b.gguf")]) == 1
    finally:
        (tmp_path / "tokenizer.json").rename(trained / "release" / "model" / "tokenizer.json")
    assert not (tmp_path / "b.gguf").exists()


def test_without_it_the_check_says_how_to_have_it(
    released: Released, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(HOME, str(tmp_path))
    with pytest.raises(SkippedError, match=r"make .venv/.llama-cpp builds it, or EMMA_LLAMA_CPP"):
        verify_llama_cpp(released, tmp_path)
    assert main(["export-gguf", str(released.model), str(tmp_path / "a.gguf")]) == 1
    assert f"There is no {CONVERTER} in {tmp_path}/converter. Name a checkout" in capsys.readouterr().err
    assert main(["export-gguf", str(tmp_path), str(tmp_path / "a.gguf")]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"error: {tmp_path} has no configuration: looked for config.json.") and "base" not in said
    (tmp_path / "a.gguf").touch()
    assert main(["export-gguf", str(released.model), str(tmp_path / "a.gguf")]) == 1
    assert f"{tmp_path}/a.gguf is there already. Name a file that is not" in capsys.readouterr().err
