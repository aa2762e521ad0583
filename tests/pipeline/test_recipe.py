"""The recipe: what is read, what is refused, and how the refusal is worded."""

from pathlib import Path

import pytest

from emma.config import section
from emma.errors import RecipeError
from emma.pipeline.recipe import Recipe
from emma.pipeline.shipped import describe_shipped, find_shipped


def write(folder: Path, text: str) -> Path:
    path = folder / "r.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_language_codes_survive(tmp_path: Path) -> None:
    """YAML reads `no` as false, and data frames read `nan` as missing; both are languages."""
    table = write(tmp_path, '[mix.replay]\n"nan_Latn" = 0.1\n"no" = 0.1\n')
    assert dict(Recipe.read(table).mix.replay) == {"nan_Latn": 0.1, "no": 0.1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[curate]\nmax_dorp = 0.5\n", "unknown key 'curate.max_dorp'. Did you mean 'max_drop'?"),
        ("[curat]\nmax_drop = 0.5\n", "unknown key 'curat'. Did you mean 'curate'?"),
        ("[mix]\ntokens = 'many'\n", "'mix.tokens'"),
        ("[train]\nlearning_rate = 'fast'\n", "'train.learning_rate': Input should be 'auto' (found 'fast')."),
        ("[train]\nmerge = [0.1, 2]\n", ": 'train.merge': name one alpha or a list of them, from 0"),
        ("[train]\nkeep_best = true\n", ": 'train': keep_best needs evaluate_every, the steps from one evaluation to"),
        ("[train]\nfrom = 'a@'\n", "(found 'a@'). `emma train --help` says how it is written."),
        ("[mix\n", "not valid TOML"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RecipeError) as error:
        Recipe.read(write(tmp_path, text))
    assert said in str(error.value) and "found {" not in str(error.value)


TABLE = '[[collect.{kind}]]\nname = "{name}"\nreader = "text"\npath = "x"\nlicence = "MIT"\n'
GOOD = TABLE.format(kind="sources", name="good")
FLORES = TABLE.format(kind="benchmarks", name="flores")
WIKI = GOOD + TABLE.format(kind="sources", name="wiki")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WIKI + "reeder = 'x'\n", "source 'wiki': unknown key 'reeder'. Did you mean 'reader'?"),
        (WIKI + "priority = 'x'\n", "source 'wiki': 'priority': write a whole number (found 'x')"),
        (WIKI + "fields = { texts = 'x' }\n", "source 'wiki': 'fields.texts"),
        (WIKI.replace('licence = "MIT"', "", 1), "source 'good': the key 'licence' is missing."),
        (GOOD + "[[collect.sources]]\nreader = 'text'\n", "source number 2: the key 'name' is missing."),
        (GOOD + FLORES + "lang_from = 'x'\n", "benchmark 'flores': 'lang_from'"),
        (GOOD + "[[mix.stages]]\nname = 'late'\nshare = 'x'\n", "stage 'late': 'share'"),
        (WIKI + "[collect.macrolanguages]\nx = 1\n", "'collect.macrolanguages.x"),
    ],
)  # fmt: skip
def test_tables_of_lists_go_by_their_names(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RecipeError) as error:
        Recipe.read(write(tmp_path, text))
    assert said in str(error.value)
    assert "sources.0" not in str(error.value) and "sources.1" not in str(error.value)


def test_a_missing_recipe_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"no recipe at .*absent\.toml"):
        Recipe.read(tmp_path / "absent.toml")


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "marked.toml").write_bytes(b'\xef\xbb\xbfname = "x"\n')
    assert Recipe.read(tmp_path / "marked.toml").name == "x"


def test_set_changes_one_value(tmp_path: Path) -> None:
    path = write(tmp_path, "[mix]\ntokens = 5\n")
    changed = Recipe.read(path, ["mix.tokens=1_000", "base=some/folder", "curate.max_drop = 0.25"])
    assert (changed.mix.tokens, changed.base, changed.curate.max_drop) == (1000, "some/folder", 0.25)


@pytest.mark.parametrize("change", ["mix.tokens", "name.x=1"])
def test_set_that_makes_no_sense(tmp_path: Path, change: str) -> None:
    with pytest.raises(RecipeError, match="--set"):
        Recipe.read(write(tmp_path, "name = 'n'\n"), [change])


@pytest.mark.parametrize("path", sorted(Path(__file__).parents[2].glob("recipes/*.toml")), ids=lambda path: path.name)
def test_every_shipped_recipe_reads(path: Path) -> None:
    assert Recipe.read(path).name
    assert find_shipped(path.name).samefile(path)
    assert len(describe_shipped()[path.name]) > 80


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[mix]\nweights = 1\n", "'mix.weights': "),
        ("[mix]\nstages = [{ name = 'late', weights = 1 }]\n", "stage 'late': 'weights': "),
        ("[adapt]\ninitialisation = 'gaussian'\n", "'adapt.initialisation': "),
    ],
)
def test_what_was_renamed_says_what_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, place: str
) -> None:
    for old in ("mix.weights", "mix.stages.weights", "adapt.initialisation=gaussian"):
        monkeypatch.setitem(section.RENAMED, old, "Write this.")
    with pytest.raises(RecipeError, match=f"{place}Write this."):
        Recipe.read(write(tmp_path, text))


@pytest.mark.parametrize("changes", ["curate.max_drop=0.4", {"curate.max_drop": 0.4}])
def test_changes_are_a_list(tmp_path: Path, changes: object) -> None:
    (tmp_path / "r.toml").write_text("")
    with pytest.raises(RecipeError, match="changes: write a list such as"):
        Recipe.read(tmp_path / "r.toml", changes)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("mine", "Did you mean {folder}/mine.toml?"),
        ("mien.toml", "Did you mean {folder}/mine.toml?"),
        ("demo.toml", "EMMA brings one of that name: {demo}."),
        ("demo", "EMMA brings one of that name: {demo}."),
        ("zzz.toml", "`emma new FOLDER` writes one"),
        ("texts", "is a folder; a recipe is a file. Did you mean {folder}/texts.toml?"),
    ],
)
def test_a_recipe_that_is_not_there_is_near_another(given: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts.toml").write_text("")
    with pytest.raises(RecipeError) as error:
        Recipe.read(tmp_path / given)
    assert expected.format(folder=tmp_path, demo=find_shipped("demo.toml")) in str(error.value)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("collect.sources=1", "'collect.sources': write a list, such as [1, 2] (found 1)."),
        ("collect=1", "write a table, such as { key = 1 } (found 1)."),
        ("curate.max_drop=abc", "'curate.max_drop': write a number (found 'abc')."),
        ("mix.tokens=1.5", "'mix.tokens': write a whole number (found 1.5)."),
        ("train.compile=perhaps", "'train.compile': write true or false (found 'perhaps')."),
        ("collect.sources={name='a'}", "'collect.sources' is a list of tables: write [[collect.sources]] in two"),
        ("collect.sources=[{name='a'}]", "is missing. `emma collect --help` says what to write."),
        ("name='a b'", "'name': write letters, digits, '-', '_' and '.', such as my-run"),
        ("data=1", """'data': write text in quotes, such as "text" (found 1)."""),
    ],
)
def test_values_of_another_kind_say_what_to_write(change: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text("")
    with pytest.raises(RecipeError) as error:
        Recipe.read(tmp_path / "r.toml", [change])
    assert expected in str(error.value)
