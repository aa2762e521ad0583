"""Pictures of a report for the docs: what a real browser shows of it, as WebP of at most 200 kB each.

    python -m benchmarks.pictures emma-runs/demo/report/index.html docs/pictures/demo --language hin_Deva

writes `demo.webp`, the top of the page with the map; `demo-dark.webp`; `demo-language.webp`, a language's page; and
`demo-phone.webp`. The page may lie anywhere, as that of a run on text which is not in the repository.
"""

import argparse
import base64
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Size = tuple[int, int]
MAX_BYTES = 200_000
QUALITIES = (0.9, 0.8, 0.65, 0.5)
"""Of the picture, tried until one fits."""
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
TO_WEBP = """async ([data, quality]) => {
    const picture = new Image();
    picture.src = data;
    await picture.decode();
    const canvas = Object.assign(document.createElement("canvas"), {width: picture.width, height: picture.height});
    canvas.getContext("2d").drawImage(picture, 0, 0);
    return canvas.toDataURL("image/webp", quality);
}"""


@contextmanager
def open_browser(**settings: Any) -> Iterator[Any]:
    """Chromium with a profile of its own, as Playwright's context."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as profile, sync_playwright() as run:
        path = shutil.which("chromium")
        context = run.chromium.launch_persistent_context(profile, executable_path=path, args=ARGUMENTS, **settings)
        yield context
        context.close()


def take_picture(page: Path, out: Path, *, anchor: str = "", size: Size = (1280, 960), **settings: Any) -> None:
    """Write what a window of this size, in CSS pixels, shows of a page."""
    with open_browser(viewport={"width": size[0], "height": size[1]}, **settings) as browser:
        tab = browser.new_page()
        tab.goto(page.absolute().as_uri() + anchor)
        tab.wait_for_timeout(500)  # until a language's page is unpacked
        out.write_bytes(compress(tab.screenshot(), tab))


def compress(png: bytes, tab: Any) -> bytes:
    """The picture as WebP, made by the browser itself. Raises ValueError where none is small enough."""
    data = "data:image/png;base64," + base64.b64encode(png).decode("ascii")
    for quality in QUALITIES:
        webp = base64.b64decode(tab.evaluate(TO_WEBP, [data, quality]).partition(",")[2])
        if len(webp) <= MAX_BYTES:
            return webp
    raise ValueError(f"The picture takes {len(webp):,} bytes, more than {MAX_BYTES:,}: take a smaller window.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path, metavar="PAGE", help="index.html of a report")
    parser.add_argument("out", type=Path, metavar="OUT", help="beginning of the pictures' names")
    parser.add_argument("--language", default="hin_Deva", metavar="LABEL", help="whose page is shown")
    arguments = parser.parse_args()
    page, out, anchor = arguments.page, arguments.out, f"#{arguments.language}"
    out.parent.mkdir(parents=True, exist_ok=True)
    take_picture(page, out.with_name(f"{out.name}.webp"))
    take_picture(page, out.with_name(f"{out.name}-dark.webp"), color_scheme="dark")
    take_picture(page, out.with_name(f"{out.name}-language.webp"), anchor=anchor, size=(1280, 1100))
    take_picture(page, out.with_name(f"{out.name}-phone.webp"), size=(390, 844), device_scale_factor=2)


if __name__ == "__main__":
    main()
