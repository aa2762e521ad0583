"""Treebanks of Universal Dependencies: the raw sentences of CoNLL-U files (`# text =`).

Sentences after a `# newdoc` are one document, a line each; before any, each is a unit of its own. The language is
the prefix of the file name (`sme_giella-ud-test.conllu`). Words without a raw sentence are rejected: how they were
spaced is not always known.
"""

from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile, decode
from emma.collect.records import RawDocument, Reject, join_documents

TEXT = b"# text ="


def read_conllu(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Documents and single sentences, in order."""
    document: list[RawDocument] | None = None
    for sentence in _sentences(file):
        if sentence is None:
            yield from _close(document)
            document = []
        elif isinstance(sentence, Reject) or document is None:
            yield sentence
        else:
            document.append(sentence)
    yield from _close(document)


def _sentences(file: InputFile) -> Iterator[RawDocument | Reject | None]:
    """The sentences, one a block of lines, and None where a document begins."""
    told = False
    for line in file.read_lines():
        if isinstance(line, Reject):
            told = True
            yield line
        elif line[1].startswith(b"# newdoc"):
            yield None
        elif line[1].startswith(TEXT):
            told = True
            yield _sentence(*line)
        elif not line[1].strip():
            told = False
        elif not told and not line[1].startswith(b"#"):
            told = True
            yield Reject(line[0], "no raw sentence", "no line `# text =` stands above these words", line[1])


def _sentence(row: int, line: bytes) -> RawDocument | Reject:
    text = decode(line.removeprefix(TEXT), row)
    return text if isinstance(text, Reject) else RawDocument(row, text.removeprefix(" "))


def _close(document: list[RawDocument] | None) -> Iterator[RawDocument]:
    if document:
        whole = join_documents(document)
        yield RawDocument(whole.row, whole.text, whole.code, alone=True)
