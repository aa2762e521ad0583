"""XML for the readers that need it: parsed whole, without network, entities or size surprises."""

from lxml import etree

from emma.collect.streams import InputFile
from emma.collect.unit import Bad


def parse(file: InputFile) -> etree._Element | Bad:
    """The root element, or Bad with the parser's line and column."""
    content = file.whole()
    if isinstance(content, Bad):
        return content
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        return Bad(error.lineno or 0, "broken XML", str(error.msg or error), content)


def words(element: etree._Element) -> str:
    """The text of an element with its runs of white space as one space: in XML they are layout."""
    return " ".join("".join(map(str, element.itertext())).split())
