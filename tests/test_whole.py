"""The whole way through the command line: run, run again, change one thing, be killed in every stage."""

import csv
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from emma.pipeline.home import Home
from emma.pipeline.recipe import INPUTS
from emma.store import shards
from emma.store.manifest import MANIFEST
from tests.conftest import TEXTS
from tests.whole import MORE, command, emma, emma_apart, write_recipes

pytestmark = pytest.mark.slow

pytest.importorskip("torch", reason="needs the train extra")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A recipe that ran to its end, and its home."""
    folder = tmp_path_factory.mktemp("whole")
    recipe = write_recipes(folder)
    done = emma_apart("run", recipe, "--home", folder / "home")
    assert done.returncode == 0, done.stderr
    (folder / "said.txt").write_text(done.stdout, encoding="utf-8")
    return recipe, folder / "home"


def events(home: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (home / "whole" / "events.jsonl").read_text().splitlines()]


def test_every_stage_is_recorded_and_costs_are_known(finished: tuple[Path, Path]) -> None:
    first = events(finished[1])[: len(INPUTS)]
    assert [each["stage"] for each in first] == list(INPUTS)
    assert all(each["wall_s"] > 0 and each["peak_bytes"] > 0 for each in first)  # type: ignore[operator]


def test_the_second_run_does_nothing(finished: tuple[Path, Path]) -> None:
    recipe, home = finished
    again = emma("run", recipe, "--home", home)
    assert again.returncode == 0
    assert all(each["reused"] for each in events(home)[-len(INPUTS) :])


def test_a_changed_threshold_keeps_what_came_before(finished: tuple[Path, Path]) -> None:
    recipe, home = finished
    changed = emma("run", recipe, "--home", home, "--set", "curate.max_drop=0.9", "--until", "curate")
    assert changed.returncode == 0, changed.stderr
    assert [each["reused"] for each in events(home)[-3:]] == [True, True, False]


def test_status_and_why(finished: tuple[Path, Path]) -> None:
    recipe, home = finished
    assert emma("run", recipe, "--home", home).returncode == 0
    status = emma("status", recipe, "--home", home)
    assert status.stdout.count("done") == len(INPUTS)
    answer = emma("why", "made:all.jsonl#1", "--run", "whole", "--home", home)
    assert "arb_Arab" in answer.stdout
    assert "decision" in answer.stdout
    unknown = emma("why", "made:all.jsonl#999999", "--run", "whole", "--home", home)
    assert unknown.returncode == 1
    assert "No document has the id" in unknown.stderr


def test_the_cost_of_adding_a_language(finished: tuple[Path, Path]) -> None:
    """Text, tokens and bits per byte are measured; from so few languages no law is made, and it says so."""
    _, home = finished
    asked = emma("cost", "--add", "hindi", "--base", "base", "--home", home, "--gpu", "H200", "--json")
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout)
    measured = {row["lang"]: row for row in Home(home).run("whole").table("evaluate", "gains").to_pylist()}
    assert answer["verdict"] == "can't say" and "a law needs 20" in answer["reason"]
    assert answer["measured"]["base"] == measured["hin_Deva"]["bpb_base"] and answer["mix"] == "whole"
    assert answer["reading"]["bits_per_byte"] == pytest.approx(measured["hin_Deva"]["bpb_base"], rel=0.1)
    assert answer["reading"]["tokens_per_byte_after"] < answer["reading"]["tokens_per_byte"]
    assert answer["plan"]["tokens"] > answer["found"]["train_bytes"] * answer["reading"]["tokens_per_byte_after"]
    few = emma("cost", "--add", "fin", "--base", "base", "--home", home, "--gpu", "cpu").stdout
    assert "don't: 1 document (" in few and "too few to hold any out" in few
    none = emma("cost", "--add", "Zulu", "--base", "base", "--home", home, "--gpu", "cpu").stdout
    assert "don't: no run of this home has kept any text of it" in none


def test_every_table_counts_alike(finished: tuple[Path, Path]) -> None:
    """Stages, headline, rows and their twins, page, cards, terminal: one run has one number for each word."""
    recipe, home = finished
    run = Home(home).run("whole")
    head = json.loads((run.path / "report" / "report.json").read_text(encoding="utf-8"))
    rows = json.loads((run.path / "report" / "languages.json").read_text(encoding="utf-8"))
    with (run.path / "release" / "model" / "languages.csv").open(encoding="utf-8", newline="") as stream:
        twins = list(csv.DictReader(stream))
    checks = json.loads((run.path / "release" / "checks.json").read_text(encoding="utf-8"))["languages"]
    page = (run.path / "report" / "index.html").read_text(encoding="utf-8")
    cards = [(run.path / "release" / name / "README.md").read_text(encoding="utf-8") for name in ("model", "corpus")]
    said = (recipe.parent / "said.txt").read_text(encoding="utf-8")
    shown = json.loads(emma("mix", "show", recipe, "--home", home, "--json").stdout)

    everything = len(TEXTS) + len(MORE)
    expected = {"collected": everything, "kept": everything, "planned": everything, "trained": everything}
    expected |= {"measured": head["languages_measured"], "released": everything - len(MORE)}
    told: dict[str, set[int]] = {word: set() for word in (*expected, "improved", "worse")}
    counts = [run.artifact(stage).counts for stage in ("collect", "curate", "mix", "evaluate", "report", "release")]
    for table in (*counts, head, checks, shown):
        for word in told:
            told[word] |= {table[name] for name in (f"languages_{word}",) if name in table}
    for word in told.keys() - {"released"}:
        told[word] |= {sum(row[word] for row in rows), sum(row[word] == "True" for row in twins)}
        told[word] |= {sum(band[f"languages_{word}"] for band in head["by_size_band"])}
    told["released"] |= {len([*(run.path / "release" / "corpus" / "data").iterdir()])}
    assert told == {word: {expected.get(word, head.get(f"languages_{word}"))} for word in told}

    words = {word: head[f"languages_{word}"] for word in ("trained", "measured", "improved", "worse")}
    assert "languages: " + ", ".join(f"{count} {word}" for word, count in words.items()) in said
    assert f"{words['trained']} languages trained, {words['measured']} measured." in page
    assert f"{words['improved']} improved</b>" in page and f"{words['worse']} got worse</b>" in page
    assert f"A language model for {words['trained']} languages" in cards[0]
    assert f"| languages measured | {words['measured']} |" in cards[0]
    assert f"{words['improved']} improved and {words['worse']} got worse" in cards[0]
    assert f"in {expected['released']} languages." in cards[1]
    fewer = everything - expected["measured"]
    assert fewer > 0, "one text of Finnish is too few to test on"
    lines = [f"{expected['measured']} measured, 13 trained: {fewer} without test documents"]
    lines += ["11 released, 13 kept: 2 only in sources whose text is not released"]
    assert head["differences"] == lines[:1] and checks["differences"] == lines[1:]
    assert all(line in said for line in lines)
    assert lines[0] in page and lines[0] in cards[0] and lines[1] in cards[1]


def test_documents_are_counted_alike(finished: tuple[Path, Path]) -> None:
    """Documents are what collect made: its table, curate's, the report's rows and headline, the release's files."""
    home = Home(finished[1])
    run = home.run("whole")
    head = json.loads((run.path / "report" / "report.json").read_text(encoding="utf-8"))["data"]
    rows = json.loads((run.path / "report" / "languages.json").read_text(encoding="utf-8"))
    stages = {stage: run.artifact(stage).counts for stage in ("collect", "curate", "pack", "release")}
    sources = shards.read(run.artifact("collect").file("sources.parquet"))["documents"].to_pylist()
    assert sum(sources) == head["documents"] == sum(row["documents"] for row in rows)
    assert sum(sources) == stages["collect"]["rows_out"] == stages["curate"]["rows_in"]
    assert head["documents_kept"] == stages["curate"]["rows_out"] == sum(row["kept_documents"] for row in rows)
    assert head["documents_kept"] == stages["release"]["rows_in"]
    assert sum(row["train_documents"] for row in rows) <= stages["pack"]["texts"] < head["documents_kept"]
    files = [*(run.path / "release" / "corpus" / "data").rglob("*.parquet")]
    assert sum(shards.read(path).num_rows for path in files) == stages["release"]["rows_out"]


def test_the_released_model_is_the_trained_one(finished: tuple[Path, Path]) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    run = Home(finished[1]).run("whole")
    released = run.path / "release" / "model"
    tokenizer = AutoTokenizer.from_pretrained(released)
    ids = tokenizer("ߡߐ߱ ߓߍ߯ በመብትም", return_tensors="pt")["input_ids"]
    with torch.no_grad():
        folders = (released, run.artifact("train").path / "model")
        logits = [AutoModelForCausalLM.from_pretrained(folder)(ids).logits for folder in folders]
    assert torch.equal(*logits)


def corpus(home: Path) -> dict[str, bytes]:
    """Every file of the stages before training, and their manifests."""
    stages = ("collect", "annotate", "curate", "vocab", "pack", "mix", "adapt")
    found = [path for stage in stages for path in (home / "store" / stage).rglob("*") if path.is_file()]
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in sorted(found)}


def last_loss(home: Path) -> float:
    metrics = Home(home).run("whole").artifact("train").file("metrics.jsonl").read_text().splitlines()
    return float(json.loads(metrics[-1])["loss"])


def kill_in(stage: str, recipe: Path, home: Path) -> None:
    """Start the run and kill it, workers and all, once it is inside `stage`."""
    process = subprocess.Popen(
        command("run", recipe, "--home", home),
        start_new_session=True,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    started = [*(home / "store" / stage).glob("*/" + MANIFEST)]
    while process.poll() is None and not [*(home / "store" / stage).glob("*.tmp")]:
        assert [*(home / "store" / stage).glob("*/" + MANIFEST)] == started, f"{stage} finished before it was killed"
        time.sleep(0.002)
    time.sleep(0.3 if stage == "train" else 0.0)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert process.returncode == -signal.SIGKILL, f"the run was not killed in {stage}"


def test_killed_in_every_stage_and_resumed(finished: tuple[Path, Path], tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert emma("train", finished[0].with_name("base.toml"), "--home", home).returncode == 0
    for stage in INPUTS:
        kill_in(stage, finished[0], home)
    done = emma_apart("run", finished[0], "--home", home)
    assert done.returncode == 0, done.stderr
    uninterrupted = corpus(finished[1])
    resumed = corpus(home)
    assert {name: resumed[name] for name in resumed} == {name: uninterrupted.get(name) for name in resumed}
    assert last_loss(home) == pytest.approx(last_loss(finished[1]), abs=1e-6)


def test_ctrl_c_says_so_and_leaves_a_store_that_goes_on(finished: tuple[Path, Path], tmp_path: Path) -> None:
    home = tmp_path / "home"
    process = subprocess.Popen(
        command("run", finished[0], "--home", home), start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    while process.poll() is None and not [*(home / "store" / "vocab").glob("*.tmp")]:
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers get it too
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "interrupted" in said
    assert "Traceback" not in said
    assert not [*home.glob("store/*/*.tmp"), *home.glob("store/*/*/*.tmp")]
    again = emma("run", finished[0], "--home", home, "--until", "vocab")
    assert again.returncode == 0, again.stderr


def test_one_worker_gives_the_same_corpus(finished: tuple[Path, Path], tmp_path: Path) -> None:
    assert emma("run", finished[0], "--home", tmp_path / "home", "--workers", 1, "--until", "mix").returncode == 0
    single = corpus(tmp_path / "home")
    many = corpus(finished[1])
    assert single == {name: many.get(name) for name in single}
