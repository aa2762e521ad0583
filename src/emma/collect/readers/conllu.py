"""Treebanks of Universal Dependencies: the raw sentences of CoNLL-U files (`# text =`).

Sentences after a `# newdoc` are one document, a line each; before any, each is a unit of its own. The language is
the prefix of the file name (`sme_giella-ud-test.conllu`).
"""

from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.streams import InputFile, decode
from emma.collect.unit import Bad, Unit, joined


def read(file: InputFile, _source: SourceConfig) -> Iterator[Unit | Bad]:
    """Documents and single sentences, in order."""
    code = file.inner.name.split("_")[0]
    document: list[Unit] | None = None
    for line in file.lines():
        if isinstance(line, Bad):
            yield line
        elif line[1].startswith(b"# newdoc"):
            yield from _close(document)
            document = []
        elif line[1].startswith(b"# text = "):
            unit = _sentence(*line, code)
            if isinstance(unit, Bad) or document is None:
                yield unit
            else:
                document.append(unit)
    yield from _close(document)


def _sentence(row: int, line: bytes, code: str) -> Unit | Bad:
    text = decode(line, row)
    return text if isinstance(text, Bad) else Unit(row, text.removeprefix("# text = "), code)


def _close(document: list[Unit] | None) -> Iterator[Unit]:
    if document:
        whole = joined(document)
        yield Unit(whole.row, whole.text, whole.code, alone=True)
