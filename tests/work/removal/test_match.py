"""Documents that fall under a removal, against a slow reference that looks at each address by itself."""

import fnmatch
import random
from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

import numpy as np
import pyarrow as pa
import pytest

from emma.store.artifact import Artifact
from emma.work.removal.match import NOBODY, match_ids, match_shard
from emma.work.removal.rules import Removal, Withdrawals, parse_domain
from tests.conftest import documents

URLS = [
    "https://example.com/a", "http://www.example.com/private/1", "https://news.example.com:443/private/", None,
    "https://notexample.com/", "https://example.com.evil.org/", "https://EXAMPLE.com/private/x?y=1#z", "example.com/a",
    "https://user:word@example.com/private/", "ftp://files.example.org/a.txt", "https://пример.рф/страница", "",
    "https://xn--e1afmkfd.xn--p1ai/", "urn:isbn:0306406152", "//example.com/private/a", "https://b.org/a*b", None,
]  # fmt: skip


def shard(make_artifact: Callable[..., Artifact], name: str = "shard", urls: list[str | None] = URLS) -> Artifact:
    rows = [{"lang": "hin_Deva", "text": "x", "url": url} for url in urls]
    return make_artifact(name, {"documents.parquet": documents(rows)})


def split(url: str) -> SplitResult:
    """An address in its parts, also one without a scheme."""
    url = url.strip()
    return urlsplit(url if "//" in url or url.startswith("urn:") else f"//{url}")


@pytest.mark.parametrize("domain", ["example.com", "news.example.com", "пример.рф", "org", "evil.org", "b.org"])
def test_domains_match_hosts_and_all_below_them(make_artifact: Callable[..., Artifact], domain: str) -> None:
    wanted = parse_domain(domain) or domain
    hosts = [(split(url or "").hostname or "").encode("idna").decode() for url in URLS]
    expected = [0 if host == wanted or host.endswith(f".{wanted}") else NOBODY for host in hosts]
    assert any(found != NOBODY for found in expected)
    assert match_shard(shard(make_artifact), Withdrawals(domains=(wanted,))).tolist() == expected


@pytest.mark.parametrize(
    "pattern", ["example.com/private/*", "https://example.com/*", "*", "*example*", "b.org/a*b", "example.com"]
)
def test_patterns_match_whole_addresses(make_artifact: Callable[..., Artifact], pattern: str) -> None:
    def slow(url: str | None) -> bool:
        if url is None:
            return False
        if "://" in pattern:
            return fnmatch.fnmatchcase(url, pattern)
        parts = split(url)
        bare = (parts.hostname or "") + parts._replace(scheme="", netloc="").geturl()
        return any(fnmatch.fnmatchcase(form, pattern) for form in {bare, bare.removeprefix("www.")})

    expected = [0 if slow(url) else NOBODY for url in URLS]
    assert match_shard(shard(make_artifact), Withdrawals(removals=(Removal(url=pattern),))).tolist() == expected


def test_ids_name_a_document_or_all_of_a_file(make_artifact: Callable[..., Artifact]) -> None:
    rows = [
        {"lang": "tha_Thai", "text": "x", "id": f"test:{file}#{row}"}
        for file in ("a", "ab", "ก", "กข")
        for row in (1, 11)
    ]
    part = make_artifact("ids", {"documents.parquet": documents(rows)})
    rules = Withdrawals(removals=(Removal(id="test:a#1"), Removal(id="test:ก"), Removal(id="other:a#1")))
    assert match_shard(part, rules).tolist() == [0, NOBODY, NOBODY, NOBODY, 1, 1, NOBODY, NOBODY]


def test_the_first_rule_counts_and_the_narrowest_domain(make_artifact: Callable[..., Artifact]) -> None:
    part = shard(make_artifact, urls=["https://a.b.com/x", "https://b.com/x", None])
    rules = Withdrawals(removals=(Removal(url="b.com/*"), Removal(url="*")), domains=("a.b.com", "b.com"))
    assert match_shard(part, rules).tolist() == [1, 0, NOBODY]
    assert match_shard(part, Withdrawals(domains=("a.b.com", "b.com"))).tolist() == [0, 1, NOBODY]
    assert [rules.rule(number) for number in (0, 3)] == [("url", "b.com/*"), ("domain", "b.com")]


def test_many_ids_are_matched_as_one_by_one() -> None:
    chance = random.Random(0)
    for _ in range(100):
        rows = [f"s:f{chance.randrange(4)}#{chance.randrange(9)}" for _ in range(chance.randrange(60))]
        names = [f"s:f{chance.randrange(5)}{chance.choice(['', '', '#1', '#2', '#3'])}" for _ in range(12)]
        rules = [(number, Removal(id=name)) for number, name in enumerate(names)]
        before = np.array([chance.choice([NOBODY, 50]) for _ in rows], np.int64)
        slow = [
            next((number for number, name in enumerate(names) if row == name or row.startswith(f"{name}#")), old)
            for row, old in zip(rows, before.tolist(), strict=True)
        ]
        match_ids(pa.array(rows, pa.string()), rules, before)
        assert before.tolist() == slow
