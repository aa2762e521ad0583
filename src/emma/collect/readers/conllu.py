"""Treebanks of Universal Dependencies: the raw sentences of CoNLL-U files (`# text =`).

Sentences after a `# newdoc` are one document, a line each; before any, each is a unit of its own. The language is
the prefix of the file name (`sme_giella-ud-test.conllu`). Words without a raw sentence are rejected: how they were
spaced is not always known.
"""

from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile, decode
from emma.collect.unit import Bad, Unit, joined

TEXT = b"# text ="


def read(file: InputFile, _source: SourceConfig) -> Iterator[Unit | Bad]:
    """Documents and single sentences, in order."""
    document: list[Unit] | None = None
    for sentence in _sentences(file):
        if sentence is None:
            yield from _close(document)
            document = []
        elif isinstance(sentence, Bad) or document is None:
            yield sentence
        else:
            document.append(sentence)
    yield from _close(document)


def _sentences(file: InputFile) -> Iterator[Unit | Bad | None]:
    """The sentences, one a block of lines, and None where a document begins."""
    told = False
    for line in file.lines():
        if isinstance(line, Bad):
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
            yield Bad(line[0], "no raw sentence", "no line `# text =` stands above these words", line[1])


def _sentence(row: int, line: bytes) -> Unit | Bad:
    text = decode(line.removeprefix(TEXT), row)
    return text if isinstance(text, Bad) else Unit(row, text.removeprefix(" "))


def _close(document: list[Unit] | None) -> Iterator[Unit]:
    if document:
        whole = joined(document)
        yield Unit(whole.row, whole.text, whole.code, alone=True)
