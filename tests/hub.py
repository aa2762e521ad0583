"""A stand-in for the Hugging Face hub: the routes that its client calls, on this machine and on the standard library.

Repositories lie in a folder, so that what one client left behind the next one finds. Routes and answers as
huggingface_hub 2.4.0 sends and reads them (`_commit_api.py`, `lfs.py`, `hf_api.py`, `file_download.py`); Xet is not
among them: clients set HF_HUB_DISABLE_XET=1.
"""

import base64
import hashlib
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import yaml

TOKEN, READER = "hf_writes", "hf_reads"
OWNER = "someone"
"""The user whose token writes; READER's reads only."""
LFS_SUFFIXES = (".safetensors", ".parquet", ".model", ".zst")
PART_BYTES = 1_000_000
"""Files above this go in parts of this many bytes, as the hub's own multipart transfer asks for."""
PAGE = 50
"""Entries of a page of a tree: small, so that clients must turn pages."""


@dataclass
class Hub:
    """What the server holds, and what a test asks of it."""

    folder: Path
    repositories: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By `models/owner/name`: `private`, and `files` by path: size, git hash, sha256 of what is in LFS."""
    faults: list[list[Any]] = field(default_factory=list)
    """[method and path as a pattern, status, times left]: such requests fail so many times."""
    sent: Counter[str] = field(default_factory=Counter)
    """Bytes that came, by sha256 of the LFS object."""
    asked: Counter[str] = field(default_factory=Counter)
    """Requests by method and first words of the path."""
    delay: float = 0
    """Seconds that each part of an upload takes."""
    received: threading.Event = field(default_factory=threading.Event)
    """Set when the first bytes of any LFS object have come."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    endpoint: str = ""

    def blob(self, oid: str) -> Path:
        """Where an object lies, whole."""
        return self.folder / oid

    def read(self, repository: str, path: str) -> bytes:
        """The content of a file of a repository."""
        entry = self.repositories[repository]["files"][path]
        return self.blob(entry.get("sha256") or entry["oid"]).read_bytes()

    def fill(self, repository: str, files: Mapping[str, bytes], **facts: Any) -> None:
        """A repository as somebody left it on the hub; `facts` such as `private=True`, or `gated=True` where readers
        must agree to terms first."""
        made = self.repositories[repository] = new_repository(self, private=False) | facts
        for path, content in files.items():
            self.blob(git_hash(content)).write_bytes(content)
            made["files"][path] = {"size": len(content), "oid": git_hash(content)}

    def contents(self, repository: str) -> dict[str, bytes]:
        """Every file of a repository."""
        return {path: self.read(repository, path) for path in self.repositories[repository]["files"]}


def git_hash(content: bytes) -> str:
    """The hash by which git knows a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def new_repository(hub: Hub, private: bool) -> dict[str, Any]:
    """A repository as the hub makes it: with the one file that says what is in LFS."""
    content = b"".join(f"*{suffix} filter=lfs diff=lfs merge=lfs -text\n".encode() for suffix in LFS_SUFFIXES)
    hub.blob(git_hash(content)).write_bytes(content)
    entry = {"size": len(content), "oid": git_hash(content)}
    return {"private": private, "commits": 0, "files": {".gitattributes": entry}}


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""

    def answer(self, status: int, body: object = None, headers: Mapping[str, str] | None = None) -> None:
        """Send JSON, or bytes as they are."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def refuse(self, status: int, message: str, code: str = "") -> None:
        """An error as the hub words it."""
        named = {"X-Error-Code": code} if code else {}
        self.answer(status, {"error": message}, {"X-Error-Message": message, **named})

    def body(self) -> bytes:
        """What was sent with the request."""
        if self.headers.get("Transfer-Encoding") == "chunked":
            return b"".join(self.chunks())
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def chunks(self) -> Iterator[bytes]:
        """The chunks of a request whose length was not said before."""
        while size := int(self.rfile.readline().strip() or b"0", 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def user(self) -> str | None:
        """The token's user; None for none, `?` for a token that nobody has."""
        given = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        return {"": None, TOKEN: OWNER, READER: "reader"}.get(given, "?")

    def handle_request(self) -> None:
        """Find the route, after the faults that a test has put before it."""
        url = urlsplit(self.path)
        path, query = unquote(url.path), {name: values[0] for name, values in parse_qs(url.query).items()}
        request = f"{self.command} {path}"
        with self.hub.lock:
            self.hub.asked[" ".join([self.command, *path.split("/")[1:3]])] += 1
            fault = next((each for each in self.hub.faults if each[2] and re.search(each[0], request)), None)
            if fault:
                fault[2] -= 1
        if fault:
            self.body()
            return self.refuse(fault[1], "Internal Error - We're working hard to fix this as soon as possible!")
        for pattern, action in ROUTES:
            if match := re.fullmatch(pattern, request):
                return action(self, match, query)
        self.body()
        return self.refuse(404, f"no such page: {request}")

    do_GET = do_POST = do_PUT = do_HEAD = handle_request  # noqa: N815 - names of the standard library

    # Accounts and repositories

    def whoami(self, _: re.Match[str], __: object) -> None:
        """Whose token this is."""
        if self.user() in (None, "?"):
            return self.refuse(401, "Invalid username or password.")
        role = "write" if self.user() == OWNER else "read"
        token = {"type": "access_token", "accessToken": {"displayName": "test", "role": role}}
        return self.answer(200, {"type": "user", "name": self.user(), "orgs": [{"name": "team"}], "auth": token})

    def create(self, _: re.Match[str], __: object) -> None:
        """Make a repository."""
        asked = json.loads(self.body())
        owner = asked.get("organization") or self.user()
        if self.user() in (None, "?"):
            return self.refuse(401, "Invalid username or password.")
        if self.user() != OWNER or owner not in (OWNER, "team"):
            return self.refuse(
                403, f'You don\'t have the rights to create a {asked["type"]} under the namespace "{owner}"'
            )
        key = f"{asked.get('type', 'model')}s/{owner}/{asked['name']}"
        place = "" if key.startswith("models/") else "datasets/"
        url = {"url": f"{self.hub.endpoint}/{place}{owner}/{asked['name']}"}
        with self.hub.lock:
            if key in self.hub.repositories:
                return self.answer(409, {"error": "You already created this repo", **url})
            self.hub.repositories[key] = new_repository(self.hub, asked.get("visibility") == "private")
        return self.answer(200, url)

    def validate(self, _: re.Match[str], __: object) -> None:
        """Whether a card's front matter is what the hub takes."""
        asked = json.loads(self.body())
        problems = find_problems(yaml.safe_load(asked["content"].split("---\n")[1]))
        self.answer(400 if problems else 200, {"errors": [{"message": each} for each in problems], "warnings": []})

    def open(self, match: re.Match[str], writes: bool = False) -> dict[str, Any] | None:
        """The repository of a route, or None where it was refused."""
        found = self.hub.repositories.get(f"{match['kind']}/{match['name']}")
        if self.user() == "?":
            self.refuse(401, "Invalid username or password.")
        elif found is None or (found["private"] and self.user() != OWNER):
            self.refuse(404 if self.user() else 401, "Repository not found", "RepoNotFound")
        elif writes and self.user() != OWNER:
            self.refuse(403, "You are not authorized to write here")
        else:
            return found
        return None

    def info(self, match: re.Match[str], _: object) -> None:
        """What a repository is, and its files."""
        if (found := self.open(match)) is not None:
            if (match["revision"] or "main") not in ("main", revision(found)):
                return self.refuse(404, f"Invalid rev id: {match['revision']}", "RevisionNotFound")
            siblings = [{"rfilename": path} for path in sorted(found["files"])]
            facts = {"id": match["name"], "sha": revision(found), "private": found["private"], "siblings": siblings}
            self.answer(200, {**facts, "tags": [], "downloads": 0, "likes": 0, "gated": False, "disabled": False})
        return None

    def tree(self, match: re.Match[str], query: Mapping[str, str]) -> None:
        """A page of the files, and of the folders, of a repository or a folder in it."""
        if (found := self.open(match)) is None:
            return None
        entries = list_tree(found["files"], match["path"] or "", query.get("recursive", "").lower() == "true")
        if match["path"] and not entries:
            return self.refuse(404, f"{match['path']} does not exist", "EntryNotFound")
        start = int(query.get("cursor", 0))
        page = f"recursive={query.get('recursive', '')}&cursor={start + PAGE}"
        more = (
            {"Link": f'<{self.hub.endpoint}{urlsplit(self.path).path}?{page}>; rel="next"'}
            if start + PAGE < len(entries)
            else {}
        )
        return self.answer(200, entries[start : start + PAGE], more)

    def paths(self, match: re.Match[str], _: object) -> None:
        """What a repository has at some paths."""
        sent = self.body()
        if (found := self.open(match)) is not None:
            asked = json.loads(sent) if sent.startswith(b"{") else parse_qs(sent.decode())
            entries = list_tree(found["files"], "", True, folders=True)
            self.answer(200, [entry for entry in entries if entry["path"] in asked["paths"]])

    # Uploads

    def preupload(self, match: re.Match[str], _: object) -> None:
        """Which files go through LFS, and what is there already."""
        asked = json.loads(self.body())
        if (found := self.open(match, writes=True)) is not None:
            self.answer(200, {"files": [describe_upload(each, found["files"]) for each in asked["files"]]})

    def batch(self, match: re.Match[str], _: object) -> None:
        """Where LFS objects are to be sent; those that are here whole are not."""
        asked = json.loads(self.body())
        if self.open(match, writes=True) is not None:
            self.answer(200, {"transfer": "basic", "objects": [self.transfer(each) for each in asked["objects"]]})

    def transfer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The instructions for one object."""
        oid, size = asked["oid"], asked["size"]
        answer = {"oid": oid, "size": size}
        if self.hub.blob(oid).exists():
            return answer
        verify = {"href": f"{self.hub.endpoint}/lfs/{oid}/verify"}
        if size <= PART_BYTES:
            return {
                **answer,
                "actions": {"upload": {"href": f"{self.hub.endpoint}/lfs/{oid}/part/0"}, "verify": verify},
            }
        count = -(-size // PART_BYTES)
        parts = {f"{number + 1:05}": f"{self.hub.endpoint}/lfs/{oid}/part/{number}" for number in range(count)}
        upload = {"href": f"{self.hub.endpoint}/lfs/{oid}/complete", "header": {"chunk_size": str(PART_BYTES), **parts}}
        return {**answer, "actions": {"upload": upload, "verify": verify}}

    def part(self, match: re.Match[str], _: object) -> None:
        """A part of an object, or a small one whole."""
        content = self.body()
        self.hub.received.set()
        time.sleep(self.hub.delay)
        with self.hub.lock:
            self.hub.sent[match["oid"]] += len(content)
        if hashlib.sha256(content).hexdigest() == match["oid"]:
            self.hub.blob(match["oid"]).write_bytes(content)
        else:
            (self.hub.folder / f"{match['oid']}.{int(match['number']):05}").write_bytes(content)
        self.answer(200, {}, {"ETag": f'"{hashlib.md5(content).hexdigest()}"'})

    def complete(self, match: re.Match[str], _: object) -> None:
        """Put the parts of an object together."""
        count = len(json.loads(self.body())["parts"])
        content = b"".join((self.hub.folder / f"{match['oid']}.{at:05}").read_bytes() for at in range(count))
        if hashlib.sha256(content).hexdigest() != match["oid"]:
            return self.refuse(422, "the parts are not the object")
        self.hub.blob(match["oid"]).write_bytes(content)
        return self.answer(200, {})

    def verify(self, match: re.Match[str], _: object) -> None:
        """Whether an object is here whole."""
        size = json.loads(self.body())["size"]
        here = self.hub.blob(match["oid"])
        self.answer(200, {}) if here.exists() and here.stat().st_size == size else self.refuse(422, "not here")

    def commit(self, match: re.Match[str], _: object) -> None:
        """Add and delete files in one step."""
        lines = [json.loads(line) for line in self.body().splitlines()]
        if (found := self.open(match, writes=True)) is None:
            return
        with self.hub.lock:
            files = dict(found["files"])
            for line in lines:
                self.change(files, line["key"], line["value"])
            found["files"], found["commits"] = files, found["commits"] + 1
        oid = revision(found)
        self.answer(
            200, {"commitUrl": f"{self.hub.endpoint}/{match['name']}/commit/{oid}", "commitOid": oid, "success": True}
        )

    def change(self, files: dict[str, Any], key: str, value: Mapping[str, Any]) -> None:
        """One line of a commit."""
        if key == "file":
            content = base64.b64decode(value["content"])
            self.hub.blob(git_hash(content)).write_bytes(content)
            files[value["path"]] = {"size": len(content), "oid": git_hash(content)}
        elif key == "lfsFile":
            pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{value['oid']}\nsize {value['size']}\n"
            files[value["path"]] = {"size": value["size"], "oid": git_hash(pointer.encode()), "sha256": value["oid"]}
        elif key == "deletedFile":
            del files[value["path"]]

    # Downloads

    def resolve(self, match: re.Match[str], _: object) -> None:
        """The content of a file."""
        if (found := self.open(match)) is None:
            return None
        if found.get("gated") and self.user() != OWNER:
            return self.refuse(403 if self.user() else 401, "You must agree to the terms first.", "GatedRepo")
        if match["path"] not in found["files"]:
            return self.refuse(404, "Entry not found", "EntryNotFound")
        entry = found["files"][match["path"]]
        content = self.hub.blob(entry.get("sha256") or entry["oid"]).read_bytes()
        etag = f'"{entry.get("sha256") or entry["oid"]}"'
        headers = {"ETag": etag, "X-Repo-Commit": revision(found), "Accept-Ranges": "bytes"}
        if "sha256" in entry:
            headers |= {"X-Linked-Etag": etag, "X-Linked-Size": str(entry["size"])}
        if asked := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or ""):
            first, last = int(asked[1]), min(int(asked[2] or entry["size"]), entry["size"] - 1)
            headers["Content-Range"] = f"bytes {first}-{last}/{entry['size']}"
            return self.answer(206, content[first : last + 1], headers)
        return self.answer(200, content, headers)


def with_kind(action: Any) -> Any:
    """An action for routes outside of the API, which have no word for models."""

    def act(handler: Handler, match: re.Match[str], query: Mapping[str, str]) -> None:
        action(handler, {**match.groupdict(), "kind": match["sets"] or "models"}, query)

    return act


NAME = r"(?P<name>[\w.-]+/[\w.-]+)"
API = rf"/api/(?P<kind>models|datasets)/{NAME}"
ROUTES = (
    (r"GET /api/whoami-v2", Handler.whoami),
    (r"POST /api/repos/create", Handler.create),
    (r"POST /api/validate-yaml", Handler.validate),
    (rf"GET {API}(/revision/(?P<revision>[\w./-]+))?", Handler.info),
    (rf"GET {API}/tree/[^/]+/?(?P<path>.*)", Handler.tree),
    (rf"POST {API}/paths-info/[^/]+", Handler.paths),
    (rf"POST {API}/preupload/[^/]+", Handler.preupload),
    (rf"POST {API}/commit/[^/]+", Handler.commit),
    (rf"POST /((?P<sets>datasets)/)?{NAME}\.git/info/lfs/objects/batch", with_kind(Handler.batch)),
    (r"PUT /lfs/(?P<oid>\w+)/part/(?P<number>\d+)", Handler.part),
    (r"POST /lfs/(?P<oid>\w+)/complete", Handler.complete),
    (r"POST /lfs/(?P<oid>\w+)/verify", Handler.verify),
    (rf"(GET|HEAD) /((?P<sets>datasets)/)?{NAME}/resolve/[^/]+/(?P<path>.+)", with_kind(Handler.resolve)),
)  # fmt: skip


def revision(found: Mapping[str, Any]) -> str:
    """A commit's hash: of what the repository holds, and how often it was written."""
    return hashlib.sha1(json.dumps([found["commits"], found["files"]], sort_keys=True).encode()).hexdigest()


def describe_upload(asked: Mapping[str, Any], files: Mapping[str, Any]) -> dict[str, Any]:
    """How one file is to be sent."""
    is_large = asked["path"].endswith(LFS_SUFFIXES) or asked["size"] > 10_000_000
    there = files.get(asked["path"], {})
    oid = there.get("sha256") or there.get("oid")
    mode = "lfs" if is_large else "regular"
    return {"path": asked["path"], "uploadMode": mode, "shouldIgnore": False, **({"oid": oid} if oid else {})}


def list_tree(files: Mapping[str, Any], folder: str, recursive: bool, folders: bool = False) -> list[dict[str, Any]]:
    """The entries below a folder, as the hub describes them."""
    start = f"{folder}/" if folder else ""
    entries: dict[str, dict[str, Any]] = {}
    for path, entry in files.items():
        if not path.startswith(start):
            continue
        inner = path.removeprefix(start).split("/")
        for depth in range(1, len(inner)) if recursive or folders else range(1, min(2, len(inner))):
            place = start + "/".join(inner[:depth])
            entries[place] = {"type": "directory", "path": place, "size": 0, "oid": git_hash(place.encode())}
        if recursive or len(inner) == 1:
            large = {"oid": entry["sha256"], "size": entry["size"], "pointerSize": 134} if "sha256" in entry else None
            facts = {"type": "file", "path": path, "size": entry["size"], "oid": entry["oid"]}
            entries[path] = {**facts, **({"lfs": large} if large else {})}
    return [entries[path] for path in sorted(entries)]


def find_problems(front: Mapping[str, Any]) -> list[str]:
    """What the hub would not take in a card's front matter: of its rules, those that EMMA's cards could break."""
    languages = front.get("language") or []
    problems = [f'"language[{at}]" is no code: {code}' for at, code in enumerate(languages) if not is_code(code)]
    if isinstance(front.get("license_link"), str) and front.get("license") != "other":
        problems.append('"license_link" goes with "license: other" only')
    if len(front.get("configs") or []) > 3000:
        problems.append('"configs" has more than 3000 entries')
    return problems


def is_code(code: object) -> bool:
    """Whether the hub takes a language: ISO 639-1 or -3, or a word of its own."""
    return isinstance(code, str) and (code in ("code", "multilingual") or bool(re.fullmatch(r"[a-z]{2,3}", code)))


class Server(ThreadingHTTPServer):
    """A server whose clients may die."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A connection that ends in the middle is what tests are about."""


@contextmanager
def serve_hub(folder: Path) -> Iterator[Hub]:
    """A hub on a free port, its objects in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    hub = Hub(folder)
    server = Server(("127.0.0.1", 0), type("OfHub", (Handler,), {"hub": hub}))
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
