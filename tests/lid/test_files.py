"""Model files that are damaged, missing, or something else, and where models are looked for."""

from pathlib import Path

import pytest

from emma.errors import SourceError
from emma.lid.files import HubFile, find_model_file, parse_hub_name
from emma.lid.format import read_model_file
from tests.lid.conftest import uniform


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.001, 0.01, 0.3, 0.99, 0.99999])
def test_a_cut_file_is_an_error_and_never_a_crash(trained: Path, tmp_path: Path, share: float) -> None:
    whole = trained.read_bytes()
    cut = tmp_path / "cut.bin"
    cut.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(SourceError, match=r"cut\.bin is no whole fastText classifier"):
        read_model_file(cut)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "page.bin").write_text("<html>Not found</html>" * 100)
    with pytest.raises(SourceError, match="begin like one"):
        read_model_file(tmp_path / "page.bin")
    with pytest.raises(SourceError, match=r"no language-identification model at .*none\.bin"):
        read_model_file(tmp_path / "none.bin")
    data = bytearray(uniform_bytes(tmp_path))
    data[36] = 1  # cbow: word vectors
    (tmp_path / "vectors.bin").write_bytes(data)
    with pytest.raises(SourceError, match="word vectors"):
        read_model_file(tmp_path / "vectors.bin")


def uniform_bytes(folder: Path) -> bytes:
    uniform(folder / "made.bin", ["eng_Latn"], [1.0])
    return (folder / "made.bin").read_bytes()


def test_where_a_model_is(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_model_file(str(trained)) == find_model_file(str(trained.parent)) == trained
    assert find_model_file("model.bin", trained.parent) == trained
    assert parse_hub_name("cis-lmu/glotlid") == HubFile("cis-lmu/glotlid", "model.bin", None)
    assert parse_hub_name("cis-lmu/glotlid@74cb50b") == HubFile("cis-lmu/glotlid", "model.bin", "74cb50b")
    assert parse_hub_name("HPLT/OpenLID-v3/openlid-v3.bin@v1") == HubFile("HPLT/OpenLID-v3", "openlid-v3.bin", "v1")
    assert [parse_hub_name(name) for name in ("lid.176.bin", "./a/b", "/a/b", "models/lid.ftz")] == [None] * 4
    with pytest.raises(SourceError, match=r"no language-identification model at 'models/lid\.ftz'.*owner/repository"):
        find_model_file("models/lid.ftz", tmp_path)


def test_the_hub_out_of_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(
        SourceError, match=r"cis-lmu/glotlid@74cb50b.*hf download cis-lmu/glotlid model\.bin --revision"
    ):
        find_model_file("cis-lmu/glotlid@74cb50b")
