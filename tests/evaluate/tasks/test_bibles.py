"""Bibles of every schema give the same verses."""

from pathlib import Path

import pytest
import zstandard

from emma.errors import SourceError
from emma.evaluate.tasks.bibles import find_bibles, number_verse, read_bible, read_bibles
from emma.lang.language import Lang

CES = """<?xml version="1.0"?><cesDoc version="4"><cesHeader><profileDesc><langUsage>
<language id="ew" iso639="ewe">Ewe</language></langUsage></profileDesc></cesHeader><text><body lang="ew">
<div id="b.MAR" type="book"><div id="b.MAR.1" type="chapter"><seg id="b.MAR.1.1" type="verse">
 Yesu Kristo ƒe nyanyui \n</seg><seg id="b.MAR.1.2" type="verse">abe ale si</seg></div></div></body></text></cesDoc>"""
OSIS = """<osis xmlns="x"><osisText osisIDWork="E" xml:lang="ee"><header><title>Biblia</title></header>
<div type="book" osisID="Mark"><chapter osisID="Mark.1"><title>Yohanes</title><verse osisID="Mark.1.1">Yesu Kristo ƒe
<note>ŋkɔ</note>nyanyui</verse><verse osisID="Mark.1.2">abe ale si</verse></chapter></div></osisText></osis>"""
MILESTONES = """<osis><osisText xml:lang="ee"><chapter sID="Mark.1" osisID="Mark.1"/><verse sID="Mark.1.1"
osisID="Mark.1.1"/>Yesu <hi>Kristo</hi> ƒe nyanyui<verse eID="Mark.1.1"/> loose <verse sID="Mark.1.2"
osisID="Mark.1.2"/>abe ale si<verse eID="Mark.1.2"/><chapter eID="Mark.1"/></osisText></osis>"""
USFX = """<usfx><book id="MRK"><h>Marko</h><c id="1"/><p><v id="1"/>Yesu Kristo ƒe <f>ŋkɔ</f>nyanyui<ve/></p>
<s>Yohanes</s><q><v id="2"/>abe ale si<ve/></q></book></usfx>"""
VERSES = {"41001001": "Yesu Kristo ƒe nyanyui", "41001002": "abe ale si"}


def write(folder: Path, name: str, text: str) -> Path:
    (folder / "bibles").mkdir(exist_ok=True)
    content = zstandard.compress(text.encode()) if name.endswith(".zst") else text.encode()
    (folder / "bibles" / name).write_bytes(content)
    return folder / "bibles" / name


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("Ewe-NT.xml.zst", CES, "ewe"),
        ("ewe.osis.xml", OSIS, "ee"),
        ("ewe.xml", MILESTONES, "ee"),
        ("ewe-bible.usfx.xml", USFX, ""),
        ("ewe-x-bible.txt", "# language_name: Ewe\n41001001\tYesu Kristo ƒe nyanyui\n41001002\tabe ale si\n", ""),
        ("ewe_Latn.tsv", "verse_id\ttext\n41001001\tYesu Kristo ƒe nyanyui\n41001002\tabe ale si\n", ""),
    ],
)
def test_every_schema(tmp_path: Path, name: str, text: str, code: str) -> None:
    path = write(tmp_path, name, text)
    assert read_bible(path) == (code, VERSES)
    assert find_bibles(tmp_path) == {Lang("ewe", "Latn"): (path,)}


@pytest.mark.parametrize(
    ("place", "number"),
    [
        ("GEN.1.1", "01001001"),
        ("Judg.5.3", "07005003"),
        ("Jude.1.3", "65001003"),
        ("Phil.1.1", "50001001"),
        ("Phlm.1.1", "57001001"),
        ("1John.4.8", "62004008"),
        ("JAM.1.1", "59001001"),
        ("REV.22.21", "66022021"),
        ("Ps.119.176", "19119176"),
        ("Tob.1.1", ""),
        ("Mark.1", ""),
    ],
)
def test_books_by_their_numbers(place: str, number: str) -> None:
    assert number_verse(place) == number


def test_the_first_bible_that_has_a_verse(tmp_path: Path) -> None:
    write(tmp_path, "ewe_Latn.1.tsv", "verse_id\ttext\n41001001\ta\n")
    write(tmp_path, "ewe_Latn.2.tsv", "verse_id\ttext\n41001001\tb\n41001002\tc\n")
    assert read_bibles(tmp_path, Lang("ewe", "Latn")) == {"41001001": "a", "41001002": "c"}


def test_the_script_is_seen(tmp_path: Path) -> None:
    text = MILESTONES.replace('"ee"', '"srp"').replace("Yesu", "Почетак јеванђеља Исуса Христа Сина Божијега")
    write(tmp_path, "a.xml", text)
    assert list(find_bibles(tmp_path)) == [Lang("srp", "Cyrl")]


def test_what_is_no_bible_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no Bible in .*/bibles"):
        find_bibles(tmp_path)
    path = write(tmp_path, "ewe_Latn.xml", USFX[:90])
    find_bibles(tmp_path)
    with pytest.raises(SourceError, match=r"ewe_Latn\.xml cannot be read"):
        read_bible(path)


def test_a_bible_of_no_language_is_told(tmp_path: Path) -> None:
    write(tmp_path, "bible.usfx.xml", USFX)
    with pytest.raises(SourceError, match=r"name the file by its language, as in swh_Latn\.xml"):
        find_bibles(tmp_path)
