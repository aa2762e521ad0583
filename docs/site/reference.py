"""Write docs/reference/ from the code: `python -m docs.site.reference`. With `--check`, only say what is stale.

The pages are committed, so that they read on GitHub and a change of the code shows in them what users will see.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from docs.site.api import describe_api
from docs.site.commands import describe_commands
from docs.site.readers import describe_readers
from docs.site.schemas import describe_schemas
from docs.site.settings import describe_settings
from docs.site.tasks import describe_tasks

FOLDER = Path(__file__).parents[1] / "reference"
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


def list_stale() -> list[str]:
    """The pages that say something else than the code."""
    pages = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    return sorted(name for name in {*pages, *PAGES} if name not in PAGES or pages.get(name) != render_page(name))


def main(arguments: list[str]) -> int:
    """Write what is stale, or with `--check` name it; 1 where there is any."""
    stale = list_stale()
    if "--check" in arguments:
        print(*(f"docs/reference/{name} is stale: python -m docs.site.reference" for name in stale), sep="\n")
        return int(bool(stale))
    for name in stale:
        path = FOLDER / name
        path.write_text(render_page(name), encoding="utf-8") if name in PAGES else path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
