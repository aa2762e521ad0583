"""Reader of treebanks of Universal Dependencies: the raw sentences of CoNLL-U files (`# text =`).

Sentences after a `# newdoc` are one document, a line each; before any, each is a document of its own. The language is
the prefix of the file name (`sme_giella-ud-test.conllu`). Words without a raw sentence are rejected: how they were
spaced is not always known.
"""

from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile, decode
from emma.collect.readers.reader import reader
from emma.collect.records import RawDocument, Reject, join_documents

TEXT = b"# text ="


@reader(
    reads_lines=True,
    purpose="treebanks of Universal Dependencies (CoNLL-U): a document of the treebank, else a sentence",
    language="The beginning of the file's name (sme_giella-ud-test.conllu).",
    suffixes=(".conllu",),
    metadata={"newdoc id": "the id of the document", "*": "a comment above the sentence's text, such as sent_id"},
    example="""\
path = "treebanks/*.conllu"
""",
)
def read_conllu(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read documents and single sentences, in order."""
    sentences: list[RawDocument] | None = None
    for sentence in _read_sentences(file):
        if sentence is None:
            yield from _join_document(sentences)
            sentences = []
        elif isinstance(sentence, Reject) or sentences is None:
            yield sentence
        else:
            sentences.append(sentence)
    yield from _join_document(sentences)


def _read_sentences(file: InputFile) -> Iterator[RawDocument | Reject | None]:
    """The sentences, one a block of lines, and None where a document begins."""
    is_read = False  # whether the sentence of this block has come, or is rejected
    of_document, facts = dict[str, str](), dict[str, str]()
    for line in file.read_lines():
        if isinstance(line, Reject):
            is_read = True
            yield line
        elif line[1].startswith(b"# newdoc"):
            of_document = read_comment(line[1])
            yield None
        elif line[1].startswith(TEXT):
            is_read = True
            yield _decode_sentence(*line, of_document | facts)
        elif not line[1].strip():
            is_read, facts = False, {}
        elif line[1].startswith(b"# "):
            facts |= read_comment(line[1])
        # the first word of a block without its sentence: one reject for all of its words
        elif not is_read and not line[1].startswith(b"#"):
            is_read = True
            yield Reject(line[0], "no raw sentence", "no line `# text =` stands above these words", line[1])


def read_comment(line: bytes) -> dict[str, str]:
    """The name and value of a comment (`# sent_id = 7`); nothing for any other."""
    name, mark, value = line.decode("utf-8", "replace").removeprefix("# ").partition(" = ")
    return {name.strip(): value.strip()} if mark else {}


def _decode_sentence(row: int, line: bytes, facts: dict[str, str]) -> RawDocument | Reject:
    """The sentence in a line `# text =`, without the one space after the mark."""
    text = decode(line.removeprefix(TEXT), row)
    return text if isinstance(text, Reject) else RawDocument(row, text.removeprefix(" "), meta=facts)


def _join_document(sentences: list[RawDocument] | None) -> Iterator[RawDocument]:
    """The sentences of a document as one, if it has any."""
    if sentences:
        document = join_documents(sentences)
        yield RawDocument(document.row, document.text, document.code, alone=True, meta=document.meta)
