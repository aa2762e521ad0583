"""The verdicts on clients as a table."""

from collections.abc import Iterator, Sequence

from emma.inspect.clients.checks import ClientCheck, Comparison
from emma.ui.terminal import format_table

HEADER = ("client", "version", "largest difference", "allowed", "", "compared")


def render_text(checks: Sequence[ClientCheck]) -> Iterator[str]:
    """A line for each comparison, and the reason where a client was skipped or failed."""
    yield from format_table([HEADER, *(row for check in checks for row in list_rows(check))], right=(2, 3))
    failed = [check.client for check in checks if check.status == "failed"]
    yield ""
    yield f"This release does not open as it should in {', '.join(failed)}." if failed else describe_passed(checks)


def describe_passed(checks: Sequence[ClientCheck]) -> str:
    """The line below a table in which nothing failed."""
    passed = [check.client for check in checks if check.status == "passed"]
    return f"Opens, and is what was trained, in {', '.join(passed)}." if passed else "No client was asked."


def list_rows(check: ClientCheck) -> list[tuple[str, ...]]:
    """The rows of a client; its name in the first only."""
    if not check.comparisons:
        return [(check.client, check.version, "", "", check.status, check.reason)]
    return [
        (*((check.client, check.version) if not number else ("", "")), *show_comparison(each))
        for number, each in enumerate(check.comparisons)
    ]


def show_comparison(comparison: Comparison) -> tuple[str, ...]:
    """The cells of one comparison."""
    verdict = "passed" if comparison.holds else "failed"
    detail = f": {comparison.detail}" if comparison.detail and not comparison.holds else ""
    return f"{comparison.difference:.2g}", f"{comparison.limit:g}", verdict, f"{comparison.what}{detail}"
