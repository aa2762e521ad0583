"""Who says what language a file is in: the recipe, then the content, then a name that leaves no doubt."""

import io
import json
import random
import re

import pytest
from iso639 import ALL_LANGUAGES

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.readers.registry import BUILT_IN
from emma.collect.records import RawDocument
from emma.collect.text.file_names import NAMED_READERS, read_name, read_pair_names
from emma.collect.text.naming import Naming
from emma.errors import LanguageError
from emma.lang.cldr import is_short
from tests.collect.given import coded


def source(reader: str, **changes: object) -> SourceConfig:
    return SourceConfig.model_validate({"name": "s", "reader": reader, "path": "f", "licence": "CC0-1.0", **changes})


PO = 'msgid ""\nmsgstr ""\n{}"Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Open"\nmsgstr "Ouvrir le fichier"\n'
USFX = '<usfx>{}<book id="MAT"><c id="1"/><p><v id="1"/>Kitabu<ve/></p></book></usfx>'
# reader → a file that names no language, and one that does, where its format can
CONTENT = {
    "android": ("<resources><string name='a'>Bonjour</string></resources>", None),
    "ces": ("<c><div type='chapter'><seg>a</seg></div></c>", None),
    "conllu": ("# text = Habari ya asubuhi.\n1\tHabari\n", None),
    "csv": ("text\nHabari\n", "text,lang\nHabari,ha\n"),
    "gettext": (PO.format(""), PO.format('"Language: ha\\n"\n')),
    "html": ("<html><body><p>Habari ya asubuhi</p></body></html>", "<html lang='ha'><body><p>Habari</p></body></html>"),
    "jats": ("<article><body><p>a</p></body></article>", "<article xml:lang='ha'><body><p>a</p></body></article>"),
    "json": ('[{"text": "Habari"}]', '[{"text": "Habari", "lang": "ha"}]'),
    "jsonl": ('{"text": "Habari"}', '{"text": "Habari", "lang": "ha"}'),
    "markdown": ("Habari\n", "---\nlang: ha\n---\nHabari\n"),
    "mediawiki_json": ('{"a": "Bonjour"}', None),
    "messages_json": ('{"a": "Bonjour"}', '{"@@locale": "ha", "a": "Bonjour"}'),
    "osis": ("<osis><verse>a</verse></osis>", "<osis><osisText xml:lang='ha'><verse>a</verse></osisText></osis>"),
    "storybook": ("# a\n\n##\nHabari\n", "# a\n\n##\nHabari\n\n##\n* Language: ha\n"),
    "tei": (
        "<TEI><text><body><p>a</p></body></text></TEI>",
        "<TEI><text xml:lang='ha'><body><p>a</p></body></text></TEI>",
    ),
    "text": ("Habari\n", None),
    "tmx": (
        "<tmx><header/><body><tu><tuv><seg>a</seg></tuv><tuv><seg>b</seg></tuv></tu></body></tmx>",
        "<tmx><body><tu><tuv xml:lang='ha'><seg>a</seg></tuv><tuv xml:lang='en'><seg>b</seg></tuv></tu></body></tmx>",
    ),
    "udhr": (
        "<udhr><article><para>a</para></article></udhr>",
        "<udhr xml:lang='ha'><article><para>a</para></article></udhr>",
    ),
    "usfx": (USFX.format(""), USFX.format("<languageCode>ha</languageCode>")),
    "xhtml": ("<html><body><p>a</p></body></html>", "<html xml:lang='ha'><body><p>a</p></body></html>"),
}
NO_LANGUAGE = {"code", "docstrings", "topics"}
"""Readers of programs."""
ELSEWHERE = {"epub", "huggingface", "parquet", "mediawiki_dump", "moses", "warc"}
"""Readers whose files are not text; their units come by the same way."""


def codes(reader: str, content: str, name: str, **changes: object) -> set[str]:
    file = InputFile(name, io.BytesIO(content.encode()), 100_000)
    return {each.code for each in coded(file, source(reader, **changes)) if isinstance(each, RawDocument)}


def test_every_reader_is_tried() -> None:
    assert {*CONTENT, *NO_LANGUAGE, *ELSEWHERE} == set(BUILT_IN)


@pytest.mark.parametrize("reader", CONTENT)
def test_lang_from_comes_first_in_every_reader(reader: str) -> None:
    for content in filter(None, CONTENT[reader]):
        assert codes(reader, content, "data/sw/en.x", lang_from="data/([a-z]+)/") == {"sw"}


@pytest.mark.parametrize("reader", CONTENT)
def test_where_lang_from_does_not_match_only_the_content_may_say(reader: str) -> None:
    silent = "und" if reader == "udhr" else ""
    for content, expected in zip(CONTENT[reader], (silent, "ha"), strict=True):
        if content:
            assert codes(reader, content, "sw/0001_en.x", lang_from="data/([a-z]+)/") == {expected}
    why = read_name("sw/en.x", source(reader, lang_from="data/([a-z]+)/")).why
    assert "data/([a-z]+)/" in why and "sw/en.x" in why


@pytest.mark.parametrize("reader", [each for each, (_, says) in CONTENT.items() if says])
def test_the_content_comes_before_the_name(reader: str) -> None:
    assert codes(reader, CONTENT[reader][1] or "", "po/sw/0001_sw.x") == {"ha"}


@pytest.mark.parametrize(
    ("header", "folder", "expected"),
    [
        ("sr", "sr_Latn", "sr_Latn"),
        ("zh_CN", "zh_Hans", "zh_Hans"),
        ("sr@latin", "sr", "sr@latin"),
        ("ha", "sr_Latn", "ha"),
    ],
)
def test_the_name_may_add_the_script(header: str, folder: str, expected: str) -> None:
    content = PO.format(f'"Language: {header}\\n"\n')
    assert codes("gettext", content, f"locale/{folder}/LC_MESSAGES/x.po") == {expected}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('# x\n\nmsgid ""\nmsgstr ""\n"X-Language: de\\n"\n"Language-Team: French\\n"\n"Language: fr\\n"\n', "fr"),
        ('msgid ""\r\nmsgstr ""\r\n"Language: fr_FR\\n"\r\n', "fr_FR"),
        ('msgid ""\nmsgstr "Project: x\\nLanguage: fr\\n"\n', "fr"),
        ('msgid ""\nmsgstr ""\n"Language: \\n"\n', "kk"),
        ('msgid ""\nmsgstr ""\n"Language: LANGUAGE\\n"\n', "kk"),
        ('msgid "a"\nmsgstr ""\n"Language: fr\\n"\n', "kk"),
        ("", "kk"),
    ],
)
def test_the_header_of_a_catalog(header: str, expected: str) -> None:
    content = f'{header}\nmsgid "Open"\nmsgstr "Ouvrir"\n'
    assert codes("gettext", content, "po/kk.po") == {expected}


def test_the_reason_is_the_rejects() -> None:
    naming = Naming(source("text"), {})
    naming.begin_file("dag/dev.txt")
    with pytest.raises(LanguageError, match=r"lang_from = '\(\[\^/\]\+\)/\[\^/\]\+\$', which is 'dag' here"):
        naming.name_text("", "Watoto")


WORDS = "dev raw all new old src tgt kde law gov sub mix bib ted pop web LUK GEN ISA train wiki John Male part1 001"
TRUSTED = [
    ("gettext", "locale/sw/LC_MESSAGES/kde.po", "sw"),
    ("gettext", "locale/pt_BR/LC_MESSAGES/django.po", "pt_BR"),
    ("gettext", "x.zip/locale/dag/LC_MESSAGES/x.po", "dag"),
    ("gettext", "po/fr/ark.po", "fr"),
    ("gettext", "po/sw.po", "sw"),
    ("gettext", "messages.sw.po", "sw"),
    ("gettext", "po/sr@latin.po", "sr@latin"),
    ("messages_json", "_locales/fr/messages.json", "fr"),
    ("messages_json", "locales/fr/all.json", "fr"),
    ("messages_json", "locales/pt-br.json", "pt-br"),
    ("messages_json", "sw.json", "sw"),
    ("messages_json", "dist/sr-Latn.min.json", "sr-Latn"),
    ("mediawiki_json", "i18n/roa-tara.json", "roa-tara"),
    ("android", "res/values-sw/strings.xml", "sw"),
    ("android", "res/values-b+sr+Latn/strings.xml", "b+sr+Latn"),
    ("android", "res/values-dag/strings.xml", "dag"),
    ("android", "res/values-night/strings.xml", "values"),
    ("conllu", "ud/sme_giella-ud-test.conllu.zst", "sme"),
    ("conllu", "cs_pdt-ud-train.conllu", "cs"),
    ("conllu", "kk_ktb-ud-train.conllu", "kk"),
    ("storybook", "a.tar.zst/tw/0001_agupi.md", "tw"),
    ("text", "swh_Latn.devtest.zst", "swh_Latn"),
    ("text", "dev/sw.txt", "sw"),
    ("text", "raw/sw/train.txt.gz", "sw"),
    ("text", "news.am.txt", "am"),
    ("text", "swh/sw.txt", "swh"),
    ("text", "a.tgz/ewe.txt", "ewe"),
    ("text", "arb/new.txt", "arb"),
    *(("text", f"swh/{word}.txt", "swh") for word in WORDS.split()),
    ("text", "zh-Hant/new.txt", "zh-Hant"),
]


@pytest.mark.parametrize(("reader", "name", "code"), TRUSTED)
def test_names_that_leave_no_doubt(reader: str, name: str, code: str) -> None:
    assert read_name(name, source(reader)).code == code


DOUBTFUL = [
    *(("text", f"data/{word}.txt") for word in WORDS.split()),
    *(("text", f"{word}.txt") for word in ["mon", "sun", "may", "run", "vol", "nav", "fin"]),
    *(("messages_json", f"locales/{word}.json") for word in WORDS.split()),
    *(("mediawiki_json", f"i18n/{word}.json") for word in WORDS.split()),
    *(("gettext", f"po/{word}.po") for word in WORDS.split()),
    *(("conllu", f"{word}.conllu") for word in WORDS.split()),
    *(("usfx", f"{word}-x.usfx.xml") for word in WORDS.split()),
    *(("storybook", f"{word}/0001_x.md") for word in WORDS.split()),
    *(("android", f"{word}/strings.xml") for word in WORDS.split()),
    ("text", "swh/en.txt"),
    ("text", "en/sw.txt"),
    ("text", "en-fr.txt"),
    ("text", "raw_text.txt"),
    ("text", "src-de.txt"),
    ("text", "Swahili.txt"),
    ("text", "file"),
    ("usfx", "mat_usfx.xml"),
    ("conllu", "sw/train_x.conllu.de.conllu"),
    ("jsonl", "sw.jsonl"),
    ("csv", "sw/train.csv"),
]


@pytest.mark.parametrize(("reader", "name"), DOUBTFUL)
def test_names_that_are_words_are_no_witnesses(reader: str, name: str) -> None:
    found = read_name(name, source(reader))
    assert (found.code, "`lang_from`" in found.why) == ("", True)


@pytest.mark.parametrize("reader", sorted(NAMED_READERS))
def test_no_code_of_three_letters_is_taken_from_a_name(reader: str) -> None:
    every = sorted(each.part3 for each in ALL_LANGUAGES if not is_short(each.part3, each.part3))
    for code in random.Random(4).sample(every, 40):
        for name in (f"data/{code}.x", f"{code}/train.x", f"x.{code}.x", f"{code}.txt.gz", f"{code}/{code}.x"):
            assert read_name(name, source(reader)).code == "", name


def test_what_the_recipe_explains_is_trusted() -> None:
    assert read_name("chi/new.txt", source("text", codes={"chi": "zho_Hant"})).code == "chi"


@pytest.mark.parametrize("name", ["swh/dev.txt", "dag/x.usfx.xml", "all.sw_KE.csv", "a/swh/b/c.json.gz", "hau-x.html"])
@pytest.mark.parametrize("reader", sorted(NAMED_READERS | {"jsonl", "csv"}))
def test_the_pattern_that_is_proposed_finds_what_it_says(reader: str, name: str) -> None:
    found = read_name(name, source(reader))
    if proposed := re.search(r"lang_from = '(.*)', which is '(.*)' here", found.why):
        assert read_name(name, source(reader, lang_from=proposed[1])).code == proposed[2]
    else:
        assert found.code


PAIRS = [
    ("news.en", "news.sw", {}, ("en", "sw")),
    ("en-sw.en.gz", "en-sw.sw.gz", {}, ("en", "sw")),
    ("corpus.en-dag.dag", "corpus.en-dag.en", {}, ("dag", "en")),
    ("eng-dag/x.dag", "eng-dag/x.eng", {}, ("dag", "eng")),
    ("b.eng_Latn", "b.dag_Latn", {}, ("eng_Latn", "dag_Latn")),
    ("b.eng", "b.swh", {}, ("eng", "swh")),
    ("en-sw/train.src", "en-sw/train.tgt", {}, ("", "")),
    ("x.raw", "x.en", {}, ("", "")),
    ("x.new", "x.en", {}, ("", "")),
    ("en-sw/train.src", "en-sw/train.tgt", {"lang_from": "([a-z]+)-"}, ("", "")),
    ("en-sw/train.src", "en-sw/train.tgt", {"lang_from": "([a-z]+)-", "lang2": "sw"}, ("en", "en")),
    ("a_sw.src", "a_en.tgt", {"lang_from": "_([a-z]+)"}, ("sw", "en")),
]


@pytest.mark.parametrize(("one", "two", "changes", "expected"), PAIRS)
def test_pairs(one: str, two: str, changes: dict[str, str], expected: tuple[str, str]) -> None:
    found = read_pair_names(one, two, source("moses", **changes))
    assert (found[0].code, found[1].code) == expected
    assert all(each.code or "`lang` and `lang2`" in each.why for each in found)


def test_a_flutter_file_and_a_key_that_is_the_files_name() -> None:
    assert codes("messages_json", json.dumps({"ast": {"a": "Área"}}), "locales/ast.min.json") == {"ast"}
    assert codes("messages_json", json.dumps({"app": {"a": "Área"}}), "locales/all.json") == {""}


def test_an_encoding_in_a_name_is_no_end_of_it() -> None:
    values = {"name": "s", "reader": "text", "path": "f", "licence": "CC0-1.0"}
    source = SourceConfig.model_validate(values)
    for name in ("news.fi.cp1252.txt", "news.fi.latin-1.txt.gz", "news.fi.iso8859-15.txt", "news.fi.txt"):
        assert read_name(name, source).code == "fi"
