"""Messages of programs: Android, MediaWiki, and nested JSON."""

import json

import pytest

from emma.collect.config import SourceConfig
from emma.collect.readers.messages import unescape_android
from emma.collect.records import Reject
from emma.collect.text.file_names import read_name
from tests.collect.given import code_of, kinds, outcomes, read, rows, units


def test_mediawiki() -> None:
    messages = {
        "@metadata": {"authors": ["X"]},
        "a": "Мова [[Special:Lang|$1]]",
        "b": "$1 ($2)",
        "c": "{{PLURAL:$1|адзін|$1}}",
        "d": ["x"],
        "e": "",
    }
    found = read("mediawiki_json", json.dumps(messages), "i18n/be-tarask.json")
    assert outcomes(found) == [messages["a"], "only placeholders", messages["c"], "wrong type", ""]
    assert rows(found) == [2, 3, 4, 5, 6]
    assert code_of(found) == {"be-tarask"}


@pytest.mark.parametrize(("content", "kind"), [("{", "broken JSON"), ("}", "broken JSON"), ("[]", "missing field")])
def test_broken_mediawiki(content: str, kind: str) -> None:
    assert outcomes(read("mediawiki_json", content)) == [kind]


STRINGS = r"""<?xml version="1.0" encoding="utf-8"?>
<resources xmlns:xliff="urn:oasis:names:tc:xliff:document:1.2">
  <!-- Authors -->
  <string name="a">Don\'t \"go\"\n
     away \u0041 &lt;b&gt;</string>
  <string name="b">  " kept  " <xliff:g id="x">%1$s</xliff:g> <b>fett</b></string>
  <plurals name="days"><item quantity="one">يوم</item><item quantity="other">%1$d أيام</item></plurals>
  <string-array name="list"><item>eins</item><item>@string/a</item></string-array>
  <string name="c" translatable="false">https://x</string>
  <string name="d" fuzzy="true">vage</string>
  <string name="e">%1$s: %2$d</string>
  <string name="f"/>
  <item name="g" type="id">no text of ours</item>
</resources>"""


def test_android() -> None:
    found = read("android", STRINGS, "app/res/values-zh-rTW/strings.xml")
    assert units(found) == [
        ("zh-rTW", 'Don\'t "go"\n away A <b>'),
        ("zh-rTW", " kept   %1$s fett"),
        ("zh-rTW", "يوم"),
        ("zh-rTW", "%1$d أيام"),
        ("zh-rTW", "eins"),
        ("zh-rTW", ""),
    ]
    assert kinds(found) == ["not for translation", "not for translation", "fuzzy translation", "only placeholders"]
    assert [each.row for each in found] == list(range(1, 11))


@pytest.mark.parametrize(
    ("folder", "code"),
    [
        ("values", "values"),
        ("values-iw", "iw"),
        ("values-b+sr+Latn", "b+sr+Latn"),
        ("values-b+be+x+old", "b+be+x+old"),
        ("values-zh-rTW", "zh-rTW"),
        ("values-mcc310-en-rUS-night", "en-rUS"),
        ("values-fil-v21", "fil"),
        ("values-night", "values"),
        ("values-sw600dp-land", "values"),
        ("values-car", "values"),
        ("values-tl-car", "tl"),
        ("raw", ""),
    ],
)
def test_android_folders(folder: str, code: str) -> None:
    source = SourceConfig(name="s", reader="android", path="f", licence="x")
    assert read_name(f"res/{folder}/strings.xml", source).code == code


def test_android_escapes_follow_the_rules_of_its_documentation() -> None:
    assert unescape_android(r'"a   b"   c\td\@\?\\ \u200d') == "a   b c\td@?\\ \u200d"


def test_messages_json() -> None:
    content = {"sr-Latn": {"a": {"b": "Ćao", "c": "{x} – {y}"}, "d": ["Jedan", "Dva"], "e": None, "f": 3, "g": ""}}
    found = read("messages_json", "\ufeff" + json.dumps(content), "dist/sr-Latn.min.json")
    assert units(found) == [
        (code, text) for code, text in zip(["sr-Latn"] * 4, ["Ćao", "Jedan", "Dva", ""], strict=True)
    ]
    assert kinds(found) == ["only placeholders", "wrong type", "wrong type"]
    assert isinstance(found[1], Reject) and found[1].detail == "message 'sr-Latn.a.c'"
    assert [each.row for each in found] == list(range(1, 8))


def test_messages_at_any_depth_and_under_long_keys() -> None:
    inner = '{"ⵣ":' * 150 + '["Azul"]' + "}" * 150
    assert units(read("messages_json", inner, "zgh.json")) == [("", "Azul")]
    (found,) = read("messages_json", inner.replace("ⵣ", 'ⵣ":{"ⵣ').replace("}", "}}"))
    assert isinstance(found, Reject) and "nested too deep" in found.reason
    keys = json.dumps({"k" * 50_000: {str(number): number for number in range(100)}})
    rejects = [each for each in read("messages_json", keys) if isinstance(each, Reject)]
    assert len(rejects) == 100 and max(len(each.detail) for each in rejects) < 400


@pytest.mark.parametrize(
    ("content", "kind"), [("{", "broken JSON"), ("[1]", "missing field"), (b'{"a":"\xff"}', "invalid UTF-8")]
)
def test_broken_messages_json(content: str | bytes, kind: str) -> None:
    assert kinds(read("messages_json", content)) == [kind]
