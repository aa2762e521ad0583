"""Treebanks in CoNLL-U: documents and single sentences."""

from emma.collect.records import RawDocument, Reject
from tests.collect.given import outcomes, read, rows

CONLLU = """# sent_id = 1
# text = Лыгэн  гымнин .
1\tЛыгэн\t_\t_\t_\t_\t_\t_\t_\t_

# text = Ынкы
# newdoc id = a
# text = Un.
# text_en = not this
# text = Deux.

# newdoc
# text = Trois.
"""


def test_conllu_documents_and_single_sentences() -> None:
    found = read("conllu", CONLLU, "ud/ckt_hse-ud-test.conllu.zst")
    assert found == [
        RawDocument(2, "Лыгэн  гымнин .", "ckt"),
        RawDocument(5, "Ынкы", "ckt"),
        RawDocument(7, "Un.\nDeux.", "ckt", alone=True),
        RawDocument(12, "Trois.", "ckt", alone=True),
    ]


def test_conllu_with_a_bad_sentence() -> None:
    found = read("conllu", b"# text = a\n# text = \xff\n# text = b\n", "x_y.conllu")
    assert outcomes(found) == ["a", "invalid UTF-8", "b"]


def test_conllu_sentences_without_their_text_are_told_once() -> None:
    words = "1\tЫнкы\t_\n2\t.\t_\n\n"
    found = read("conllu", f"{words}# text = a\n{words}# newdoc\n# text = b\n{words}# sent_id = 4\n{words}", "x_y")
    assert outcomes(found) == ["no raw sentence", "a", "no raw sentence", "b"]
    assert rows(found) == [1, 4, 14, 9]
    assert isinstance(found[0], Reject) and found[0].raw == "1\tЫнкы\t_".encode()
    assert outcomes(read("conllu", "# text =\n1\ta\n")) == [""], "an empty text is a text, and rejected later"
