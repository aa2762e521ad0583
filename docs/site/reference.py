"""Write from the code what of the documentation is made from it: `python -m docs.site.reference`.

That is docs/reference/, and the outputs of commands that pages show. With `--check`, only what is stale is said. All of
it is committed, so that it reads on GitHub and a change of the code shows in it what users will see.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from docs.site.api import describe_api
from docs.site.commands import describe_commands
from docs.site.outputs import rewrite_outputs
from docs.site.readers import describe_readers
from docs.site.schemas import describe_schemas
from docs.site.settings import describe_settings
from docs.site.tasks import describe_tasks

DOCS = Path(__file__).parents[1]
PAGES: Mapping[str, Callable[[], Iterator[str]]] = {
    "settings.md": describe_settings,
    "commands.md": describe_commands,
    "readers.md": describe_readers,
    "tasks.md": describe_tasks,
    "schemas.md": describe_schemas,
    "api.md": describe_api,
}
"""Each page, and what gives its lines."""


def render_page(name: str) -> str:
    """The text of a page, as the code has it now."""
    return "\n".join(PAGES[name]()).rstrip() + "\n"


def list_pages() -> Iterator[tuple[Path, str, str]]:
    """Each page that is made from the code, whole or in part: its path, its text, and what that should be."""
    for name in PAGES:
        path = DOCS / "reference" / name
        yield path, path.read_text(encoding="utf-8") if path.exists() else "", render_page(name)
    for path in sorted(DOCS.rglob("*.md")):
        if (text := path.read_text(encoding="utf-8")).count("<!-- output of:"):
            yield path, text, rewrite_outputs(text)


def list_stale() -> list[str]:
    """The pages that say something else than the code."""
    return [str(path.relative_to(DOCS)) for path, text, wanted in list_pages() if text != wanted]


def main(arguments: list[str]) -> int:
    """Write what is stale, or with `--check` name it; 1 where there is any."""
    if "--check" in arguments:
        stale = list_stale()
        print(*(f"docs/{name} is stale: python -m docs.site.reference" for name in stale), sep="\n")
        return int(bool(stale))
    for path, text, wanted in list_pages():
        if text != wanted:
            path.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
