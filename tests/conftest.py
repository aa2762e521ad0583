"""Fixtures every room uses: a store to work in, and text in the scripts that break English habits."""

import logging
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import hypothesis
import pyarrow as pa
import pytest

from emma.schemas import DOCUMENTS, SELECTION
from emma.store import remote, shards
from emma.store.artifact import Artifact
from emma.work import interrupt
from emma.work.local import Local
from emma.work.progress import Reporter
from emma.work.work import Work

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command line does (cli.let_waiting_threads_sleep)
hypothesis.settings.register_profile("emma", deadline=None)  # no test is timed: machines are shared
hypothesis.settings.load_profile("emma")

# The first sentence of article 1 of the Universal Declaration of Human Rights, or a proverb or phrase of everyday use.
TEXTS: Mapping[str, str] = {
    "arb_Arab": "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق.",
    "hin_Deva": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है। क्\u200dष",
    "tha_Thai": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
    "khm_Khmr": "មនុស្សទាំងអស់កើតមកមានសេរីភាពនិងសមភាពក្នុងផ្នែកសេចក្ដីថ្លៃថ្នូរនិងសិទ្ធិ។",
    "zho_Hans": "人人生而自由，在尊严和权利上一律平等。",
    "nqo_Nkoo": "ߡߐ߱ ߓߍ߯ ߟߊߘߏߦߊߣߍ߲߫ ߢߊߣߊ߲ߞߏ߫ ߟߊ߫",
    "zgh_Tfng": "ⴰⵔ ⴷ ⵜⵜⵍⴰⵍⴰⵏ ⵎⵉⴷⴷⵏ ⴳⴰⵏ ⵉⵍⴻⵍⵍⵉⵜⵏ",
    "amh_Ethi": "የሰው፡ልጅ፡ሁሉ፡ሲወለድ፡ነጻና፡በክብርና፡በመብትም፡እኩልነት፡ያለው፡ነው።",
    "yor_Latn": "Gbogbo ènìyàn ni a bí ní òmìnira; iyì àti ẹ̀tọ́ kọ̀ọ̀kan sì dọ́gba.",
    "mya_Mymr": "လူတိုင်းသည် တူညီ လွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့် မွေးဖွားလာသူများဖြစ်သည်။",
    "eng_Latn": "All human beings are born free and equal in dignity and rights.",
}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The root of an empty store."""
    return tmp_path / "store"


@pytest.fixture
def make_work(store: Path) -> Callable[..., Work]:
    """Make the Work of a stage, in this process, as the graph would."""

    def make(stage: str, key: str = "0" * 20, workers: int = 1) -> Work:
        out = store / stage / key
        out.mkdir(parents=True, exist_ok=True)
        return Work(store, stage, 1, key, out, Local(workers), Reporter(quiet=True))

    return make


@pytest.fixture
def make_artifact(store: Path) -> Callable[..., Artifact]:
    """Put files (name to Arrow table) into an artifact of the store."""

    def make(name: str, files: Mapping[str, pa.Table] = {}, **parts: Sequence[Artifact]) -> Artifact:
        path = store / name
        path.mkdir(parents=True)
        for file, table in files.items():
            shards.write(path / file, table)
        return Artifact(path, name, {}, {part: tuple(each) for part, each in parts.items()})

    return make


def documents(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """A documents table; what a row leaves out gets a plain default."""
    full = [
        {
            "id": f"test:file#{number}",
            "text2": None,
            "lang2": None,
            "source": "test",
            "source_code": str(row["lang"])[:3],
            "rule": "test",
            "domain": "test",
            "licence": "CC0-1.0",
            "file": "file",
            "row": number,
            "url": None,
            "repair": None,
            **row,
        }
        for number, row in enumerate(rows, 1)
    ]
    return pa.Table.from_pylist(full, schema=DOCUMENTS)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two runs, `one` and `two`, up to curate; the second has a source and a setting more."""
    from tests.inspect.two_runs import compile_two

    return compile_two(tmp_path_factory.mktemp("compiled"))


def selection(splits: Sequence[str | None], drop_lines: Mapping[int, Sequence[int]] = {}) -> pa.Table:
    """The selection of documents with these splits, None for dropped ones; `drop_lines` by row."""
    rows = [{"split": split, "cluster_size": 1, "drop_lines": drop_lines.get(row)} for row, split in enumerate(splits)]
    return pa.Table.from_pylist(rows, schema=SELECTION)


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """A real object store on the loopback: the address of moto's S3 server, which other processes find too."""
    server = pytest.importorskip("moto.server", reason="needs moto").ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    pytest.importorskip("s3fs", reason="needs the s3 extra")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", address)
        patch.setenv("AWS_ACCESS_KEY_ID", "a-test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        yield address
    server.stop()


@pytest.fixture
def bucket(s3: str, request: pytest.FixtureRequest) -> str:
    """The URL of an empty folder in a fresh bucket."""
    name = f"bucket-{abs(hash(request.node.nodeid))}"
    remote.filesystem("s3://")[0].mkdir(name)
    return f"s3://{name}/store"


@pytest.fixture
def listening() -> Iterator[None]:
    """Signals are heard as under the command line, and as before when the test is done."""
    before = {number: signal.getsignal(number) for number in interrupt.SIGNALS}
    interrupt.listen()
    yield
    interrupt.listen()
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="module")  # while it is open, its event loop is in the way of every other one
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium with an empty profile; the test is skipped where it is not there."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium on this machine")
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    profile = tmp_path_factory.mktemp("profile")
    with playwright.sync_playwright() as run:
        context = run.chromium.launch_persistent_context(profile, executable_path=chromium, args=arguments)
        yield context
        context.close()


@pytest.fixture
def axe_findings(browser: Any) -> Callable[[Any], list[str]]:
    """What axe-core finds in an open page in light, and in the contrasts of dark, where nothing else differs."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

    def find(page: Any) -> list[str]:
        found: list[str] = []
        for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
            page.emulate_media(color_scheme=scheme)
            broken = axe.Axe().run(page, options=rules).response["violations"]
            found += [f"{scheme}, {each['impact']}: {each['id']}: {each['nodes'][0]['html']}" for each in broken]
        return found

    return find


@pytest.fixture
def page_findings(browser: Any, axe_findings: Callable[[Any], list[str]], tmp_path: Path) -> Callable[[str], list[str]]:
    """The same of a page given as HTML."""

    def find(html: str) -> list[str]:
        path, page = tmp_path / "page-for-axe.html", browser.new_page()
        path.write_text(html, encoding="utf-8")
        page.goto(path.as_uri())
        found = axe_findings(page)
        page.close()
        return found

    return find
