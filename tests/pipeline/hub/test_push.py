"""The hub's own client against a server of the hub's routes: whole, resumed, refused, repaired."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from emma.errors import ArtifactError, RecipeError
from emma.pipeline.home import Run
from emma.pipeline.hub.push import Pushed, Pusher, escape, lacks_xet
from emma.pipeline.hub.uploads import Destination, Upload, list_files, stage_uploads
from emma.release.facts import count_parameters
from tests.hub import READER, Hub, new_repository
from tests.release.conftest import save_model

from .conftest import start_client, write_corpus

DESTINATION = Destination("someone/model", "someone/model-corpus")
SET = "datasets/someone/model-corpus"


@pytest.fixture
def uploads(released: Run) -> Iterator[list[Upload]]:
    """The data set and the model as they go out."""
    with stage_uploads(released.release, DESTINATION) as staged:
        yield staged


def contents(upload: Upload) -> dict[str, bytes]:
    """The files of an upload."""
    return {path: (upload.folder / path).read_bytes() for path in upload.files}


def held(hub: Hub, name: str) -> dict[str, bytes]:
    """The files of a repository, without the hub's own."""
    found = hub.contents(name)
    del found[".gitattributes"]
    return found


def new_upload(folder: Path, *langs: str) -> Upload:
    """A data set of some languages."""
    write_corpus(folder, langs)
    return Upload("dataset", DESTINATION.corpus, folder, list_files(folder))


def with_token(pusher: Pusher, token: str | None) -> Pusher:
    """The same client with another token, or none."""
    from huggingface_hub import HfApi

    return replace(pusher, api=HfApi(endpoint=pusher.api.endpoint, token=token))


def test_all_of_a_release_is_there_and_nothing_is_sent_twice(hub: Hub, pusher: Pusher, uploads: list[Upload]) -> None:
    first = [pusher.push(upload) for upload in uploads]
    assert held(hub, SET) == contents(uploads[0])
    assert held(hub, "models/someone/model") == contents(uploads[1])
    assert [each.sent for each in first] == [tuple(upload.files) for upload in uploads]
    bytes_sent, commits = hub.sent.copy(), hub.repositories[SET]["commits"]
    assert [pusher.push(upload).sent for upload in uploads] == [(), ()]
    assert hub.sent == bytes_sent
    assert hub.repositories[SET]["commits"] == commits


def test_a_later_release_replaces_the_earlier_and_leaves_what_is_the_owner_s(
    hub: Hub, pusher: Pusher, tmp_path: Path
) -> None:
    pusher.push(new_upload(tmp_path / "first", "arb_Arab", "tha_Thai"))
    hub.blob("own").write_bytes(b"a picture")
    hub.repositories[SET]["files"]["cover.png"] = {"size": 9, "oid": "own"}
    hub.repositories[SET]["files"]["data/[t]ha.parquet"] = {"size": 9, "oid": "own"}  # as a pattern it is another name
    second = new_upload(tmp_path / "second", "arb_Arab", "yor_Latn")
    pushed = pusher.push(second)
    assert pushed.deleted == ("data/[t]ha.parquet", "data/tha_Thai/train.parquet")
    assert pushed.left == ("cover.png",)
    assert held(hub, SET) == {**contents(second), "cover.png": b"a picture"}


def test_what_is_withdrawn_goes_though_nothing_is_new(hub: Hub, pusher: Pusher, tmp_path: Path) -> None:
    pusher.push(upload := new_upload(tmp_path / "release", "arb_Arab"))
    hub.blob("old").write_bytes(b"withdrawn")
    hub.repositories[SET]["files"]["data/tha_Thai/train.parquet"] = {"size": 9, "oid": "old"}
    pushed = pusher.push(upload)
    assert (pushed.sent, pushed.deleted) == ((), ("data/tha_Thai/train.parquet",))
    assert held(hub, SET) == contents(upload)


def test_a_server_without_xet_takes_large_files_by_lfs(
    hub: Hub, pusher: Pusher, uploads: list[Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client as it is installed, with Xet: where the server knows nothing of that, it would send nothing."""
    pytest.importorskip("hf_xet", reason="the client of this machine has no Xet")
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", False)
    said: list[str] = []
    replace(pusher, say=said.append).push(uploads[0])
    assert held(hub, SET) == contents(uploads[0])
    assert said == ["  this server has no Xet: large files go by LFS"]
    assert constants.HF_HUB_DISABLE_XET is False


def test_a_card_that_is_too_large_says_how_it_gets_smaller(hub: Hub, pusher: Pusher, uploads: list[Upload]) -> None:
    hub.faults = [["POST /api/validate-yaml", 413, 9]]
    with pytest.raises(RecipeError, match=r"too large .*: as a rule the card.* Set release\.max_configs = 0"):
        pusher.push(uploads[0])


def test_no_connection_is_not_taken_for_a_server_without_xet() -> None:
    assert lacks_xet(
        ConnectionError("status client error (404 Not Found): http://h/api/models/a/b/xet-write-token/main")
    )
    assert not lacks_xet(ConnectionError("status (503): http://h/api/models/a/b/xet-write-token/main"))
    assert not lacks_xet(ConnectionError("404 for http://h/api/models/a/b"))


def test_the_hub_may_fail_for_a_while(hub: Hub, pusher: Pusher, uploads: list[Upload]) -> None:
    hub.faults = [[route, 500, 1] for route in ("POST /api/repos/create", "GET .*/tree/", "POST .*/commit/")]
    said: list[str] = []
    replace(pusher, say=said.append).push(uploads[0])
    assert held(hub, SET) == contents(uploads[0])
    assert len([line for line in said if "status 500" in line]) == 2  # the client itself asks again for a tree


def test_a_hub_that_goes_on_failing_is_an_error_that_says_go_on_later(
    hub: Hub, pusher: Pusher, uploads: list[Upload]
) -> None:
    hub.faults = [["POST .*/commit/", 503, 99]]
    with pytest.raises(ArtifactError, match=r"not whole on the hub.*\(status 503\).*again later"):
        pusher.push(uploads[0])
    assert held(hub, SET) == {}
    hub.faults = []
    bytes_sent = hub.sent.copy()
    pusher.push(uploads[0])
    assert hub.sent == bytes_sent  # text had come whole before


@pytest.mark.parametrize(
    ("token", "message"),
    [
        (None, r"there is no token here\. .*HF_TOKEN.*hf auth login"),
        ("hf_wrong", r"does not know your token \(Invalid username or password"),
        (READER, r"may not write to someone/model-corpus .*that of reader; you are in: reader, team\. .*only reads"),
    ],
)
def test_a_token_that_may_not_write(pusher: Pusher, uploads: list[Upload], token: str | None, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        with_token(pusher, token).push(uploads[0])


def test_a_name_of_others_is_refused_with_one_s_own(pusher: Pusher, uploads: list[Upload]) -> None:
    with pytest.raises(RecipeError, match=r"may not write to others/thing .*you are in: someone, team"):
        pusher.push(replace(uploads[0], repository="others/thing"))


def test_files_of_others_are_not_written_over(hub: Hub, pusher: Pusher, uploads: list[Upload]) -> None:
    hub.repositories["models/someone/model"] = new_repository(hub, private=False)
    hub.blob("theirs").write_bytes(b"years of work")
    hub.repositories["models/someone/model"]["files"]["model.safetensors"] = {"size": 13, "oid": "theirs"}
    with pytest.raises(RecipeError, match=r"that no release of EMMA wrote, .*: model\.safetensors\. .*--force"):
        pusher.push(uploads[1])
    assert hub.read("models/someone/model", "model.safetensors") == b"years of work"
    replace(pusher, force=True).push(uploads[1])
    assert held(hub, "models/someone/model") == contents(uploads[1])


def test_private_is_private_or_nothing_is_sent(hub: Hub, pusher: Pusher, uploads: list[Upload]) -> None:
    private = replace(pusher, private=True)
    private.push(uploads[0])
    assert hub.repositories[SET]["private"]
    assert not pusher.api.repo_exists("someone/none")
    with pytest.raises(Exception, match="404"):
        with_token(pusher, READER).api.repo_info(DESTINATION.corpus, repo_type="dataset")
    hub.repositories[SET]["private"] = False
    with pytest.raises(RecipeError, match="everybody can read it, though you said --private"):
        private.push(uploads[0])


def test_what_is_not_what_was_sent_is_found(
    hub: Hub, pusher: Pusher, uploads: list[Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planted fault: the client drops a file and believes that it is there."""
    upload_folder = type(pusher.api).upload_folder
    lost = "data/tha_Thai/train.parquet"
    monkeypatch.setattr(
        type(pusher.api), "upload_folder", lambda self, **how: upload_folder(self, **how, ignore_patterns=[lost])
    )
    with pytest.raises(ArtifactError, match=rf"not what the release is in 1 file: {lost}"):
        pusher.push(uploads[0])


def test_what_should_be_gone_and_is_there_is_found(
    pusher: Pusher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planted fault: the client deletes nothing, so that text which was withdrawn stays for all to read."""
    pusher.push(new_upload(tmp_path / "first", "arb_Arab", "tha_Thai"))
    upload_folder = type(pusher.api).upload_folder
    monkeypatch.setattr(
        type(pusher.api), "upload_folder", lambda self, **how: upload_folder(self, **{**how, "delete_patterns": None})
    )
    with pytest.raises(ArtifactError, match=r"not what the release is in 1 file: data/tha_Thai/train\.parquet"):
        pusher.push(new_upload(tmp_path / "second", "arb_Arab", "yor_Latn"))


@pytest.mark.slow
def test_killed_in_the_middle_it_goes_on(hub: Hub, released: Run, tmp_path: Path, uploads: list[Upload]) -> None:
    hub.delay = 0.3
    options = ["-m", "emma", "release", "demo", "--home", released.home.path, "--push", DESTINATION.model]
    killed = start_client(hub, tmp_path, *options)
    assert hub.received.wait(60)
    killed.kill()
    killed.wait()
    hub.delay = 0
    assert held(hub, SET) != contents(uploads[0])
    again = start_client(hub, tmp_path, *options)
    output, _ = again.communicate(timeout=60)
    assert again.returncode == 0, output
    assert "verified by size and hash" in output
    assert "Withheld, as these sources may not be given on: lent (all rights reserved; 7 documents)." in output
    assert held(hub, SET) == contents(uploads[0])
    assert held(hub, "models/someone/model") == contents(uploads[1])


LOADER = """
import sys
from pathlib import Path
from datasets import load_dataset
from huggingface_hub import snapshot_download
from transformers import AutoModelForCausalLM, AutoTokenizer

whole = Path(snapshot_download("someone/model-corpus", repo_type="dataset"))
print(">", sorted(path.name for path in (whole / "data").iterdir()))
print(">", load_dataset("someone/model-corpus", "nqo_Nkoo")["train"][0]["text"])
model, tokenizer = (kind.from_pretrained("someone/model") for kind in (AutoModelForCausalLM, AutoTokenizer))
print(">", sum(each.numel() for each in model.parameters()), len(tokenizer))
"""


@pytest.mark.slow
def test_what_was_pushed_is_loaded_by_name(hub: Hub, pusher: Pusher, uploads: list[Upload], tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason="needs the train extra")
    save_model(tmp_path / "model")
    model = Upload("model", DESTINATION.model, tmp_path / "model", list_files(tmp_path / "model"))
    for upload in (uploads[0], model):
        replace(pusher, private=True).push(upload)
    client = start_client(hub, tmp_path, "-c", LOADER)
    output, _ = client.communicate(timeout=120)
    assert client.returncode == 0, output
    langs, text, sizes = [line[2:] for line in output.splitlines() if line.startswith("> ")]
    assert langs == "['arb_Arab', 'nqo_Nkoo', 'tha_Thai', 'yor_Latn']"
    assert text.startswith("ߡߐ߱")
    assert sizes == f"{count_parameters(tmp_path / 'model')} 259"


def test_patterns_match_one_path() -> None:
    assert escape("data/a*b?[c].parquet") == "data/a[*]b[?][[]c].parquet"


def test_the_record_of_a_push_is_plain(pusher: Pusher, uploads: list[Upload]) -> None:
    pushed = pusher.push(uploads[0])
    assert isinstance(pushed, Pushed)
    assert (pushed.files, pushed.bytes) == (len(uploads[0].files), sum(uploads[0].files.values()))
    assert pushed.address.endswith("/datasets/someone/model-corpus")
    assert len(pushed.revision) == 40
