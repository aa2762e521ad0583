"""What wikitext is cut into: brackets, braces, bars, line ends, entities and tags; all between them is text."""

import re

from emma.collect.formats.lines import names
from emma.collect.formats.wikiwords import MEDIA_FILES

SKIPPED = names(
    "ref references gallery math ce chem score timeline syntaxhighlight source pre code imagemap hiero graph mapframe "
    "maplink templatestyles templatedata style script inputbox indicator categorytree includeonly rt rp nowiki"
)
"""Tags whose content is no prose, and `nowiki`, whose content is no markup."""
BREAKS = names("br p div blockquote li dd dt hr h1 h2 h3 h4 h5 h6 poem center td th tr caption ul ol dl")
KNOWN = (
    SKIPPED
    | BREAKS
    | names(
        "a abbr b bdi bdo big cite del dfn em font i ins kbd mark nobr noinclude onlyinclude q ruby s samp section "
        "small span strike strong sub sup table tbody thead tfoot translate tt tvar u var wbr languages"
    )
)
"""Tags of MediaWiki and of HTML; other words between angle brackets are tags only where they look like nothing else."""
_NAMES = "|".join(sorted(KNOWN, key=lambda name: (-len(name), name)))
_VALUE = r"""(?:"[^"<\n]*+"|'[^'<\n]*+'|[^\s"'<>]++)"""
TOKEN = re.compile(
    rf"""\{{\{{++ | \}}\}}++ | -\{{(?!\{{) | \}}- | \[\[ | \]\] | \[(?=(?:[A-Za-z][A-Za-z0-9+.-]{{1,20}}:)?//|mailto:)
    | (?P<lone>\[) | \] | \|
    | (?<=>)\{{\|(?!\}}) | \n[ \t:*]*+(?:\{{\|(?!\}}) | \|\}}(?!\}})) | \n(?:(?=[ \t]*+\n)|(?==))? | <!--
    | &(?:\#[0-9]{{1,8}}|\#[xX][0-9a-fA-F]{{1,7}}|[A-Za-z][A-Za-z0-9]{{1,31}});
    | </?(?P<name>[A-Za-z][A-Za-z0-9]*+)(?P<facts>[^<>]*+)>
    | </?(?P<cut>{_NAMES})\b(?:[ \t]++[\w:-]++=(?:{_VALUE}|"[^<>=\s]*+)?+)*+[ \t]*+/?+
    """,
    re.VERBOSE,
)
PICTURES = re.compile(
    rf"(?:[ \t]*+\n?[^\n|<]*?\.(?:{'|'.join(sorted(MEDIA_FILES))})[ \t]*+(?:\|[^\n]*+)?+(?=\n|$))*+", re.IGNORECASE
)
"""Lines of a gallery."""
VARIANT = re.compile(r"-\{[^{}]*+\}-")
ENDS = {name: re.compile(f"</{name}[ \t\n]*+>", re.IGNORECASE) for name in SKIPPED}
