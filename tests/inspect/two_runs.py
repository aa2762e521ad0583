"""Two small corpora, compiled by real runs of real recipes."""

import json
from pathlib import Path

from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from emma.pipeline.run import run_stages
from emma.work.local import Local
from emma.work.progress import Reporter
from tests.curate.corpus import prose

SOURCE = """
[[collect.sources]]
name = "{name}"
reader = "jsonl"
path = "{name}s.jsonl"
licence = "CC0-1.0"
"""


def compile_two(folder: Path) -> Path:
    """Run both recipes up to curate, and return their home."""
    texts = [(lang, prose(lang, at)) for at in range(40) for lang in ("tha_Thai", "hin_Deva")]
    write(folder / "texts.jsonl", [*texts, texts[0], ("qqx", "(no language)")])
    write(folder / "smalls.jsonl", [("zgh_Tfng", prose("zgh_Tfng", at)) for at in range(3)])
    made = SOURCE.format(name="made").replace("mades", "texts")
    recipes = {"one": made, "two": f"{made}{SOURCE.format(name='small')}[curate]\ntest_share = 0.1\n"}
    home = Home(folder / "home")
    for name, text in recipes.items():
        path = folder / f"{name}.toml"
        path.write_text(f'data = "{folder}"\n{text}', encoding="utf-8")
        with home.locked(), Local(1) as executor:
            run_stages(Recipe.read(path), "curate", home=home, executor=executor, reporter=Reporter(quiet=True))
    return home.path


def write(path: Path, rows: list[tuple[str, str]]) -> None:
    """Rows as JSON lines."""
    lines = (json.dumps({"lang": lang, "text": text}, ensure_ascii=False) for lang, text in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
