"""Language identification: fastText's own package as the oracle, files that are damaged, training, agreement."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from emma.errors import RecipeError, SourceError
from emma.kernels.fasttext import SOFTMAX, Grams, Layers, add_features, average, learn, room, score
from emma.lang.lid import agreement_scores, open_model
from emma.lang.lid.agreement import agrees
from emma.lang.lid.files import Hub, locate, on_hub
from emma.lang.lid.format import read, write
from emma.lang.lid.labels import resolve_labels
from emma.lang.lid.lines import SHORTEST, held_out, merge, pieces, sample
from emma.lang.lid.measure import measure
from emma.lang.lid.model import Model, huffman
from emma.lang.lid.settings import Training
from emma.lang.lid.training import no_words, schedule, train
from tests.conftest import TEXTS

SMALL = Training(buckets=2000, dimension=8, epochs=25, held_out=0)
EVERYDAY = {
    "eng_Latn": "the house is on the hill and the river runs by it every day of the year with water for all",
    "deu_Latn": "das Haus steht auf dem Hügel und der Fluss fließt jeden Tag des Jahres mit Wasser für alle vorbei",
    "swh_Latn": "nyumba iko juu ya kilima na mto unapita karibu nayo kila siku ya mwaka na maji kwa watu wote",
}


def lines(texts: dict[str, str], copies: int = 6) -> pa.Table:
    """Some lines a language: its words in other orders."""
    chance = np.random.Generator(np.random.PCG64(1))
    rows = []
    for lang, text in texts.items():
        units = text.split() if " " in text else list(text)
        for _ in range(copies):
            shuffled = [units[at] for at in chance.permutation(len(units))]
            rows.append((lang, (" " if " " in text else "").join(shuffled)))
    return merge([sample(rows, 100)], 100)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the conftest's scripts and some everyday Latin."""
    path = tmp_path_factory.mktemp("lid") / "model.bin"
    train(path, lines({**TEXTS, **EVERYDAY}), SMALL)
    return path


@pytest.fixture(scope="module")
def model(trained: Path) -> Model:
    return open_model(str(trained), spelling="letters")


def uniform(path: Path, names: Sequence[str], chances: Sequence[float]) -> Model:
    """A model that says the same of every text: these labels with these probabilities."""
    vectors, outputs = np.ones((4, 1), np.float32), np.log(np.array(chances, np.float32))[:, None]
    write(path, [(name, 1) for name in names], (1, 2, 4), (vectors, outputs))
    return open_model(str(path))


# What fastText does


TRAINED_BY_FASTTEXT: dict[str, dict[str, Any]] = {
    "softmax": {"loss": "softmax", "minn": 2, "maxn": 5, "bucket": 500},
    "word n-grams": {"loss": "softmax", "minn": 1, "maxn": 3, "bucket": 500, "wordNgrams": 3},
    "words alone": {"loss": "softmax", "minn": 0, "maxn": 0},
    "hierarchical": {"loss": "hs", "minn": 2, "maxn": 4, "bucket": 500},
    "one against all": {"loss": "ova", "minn": 2, "maxn": 4, "bucket": 500},
    "negative sampling": {"loss": "ns", "minn": 2, "maxn": 4, "bucket": 500},
    "quantised": {"loss": "softmax", "minn": 2, "maxn": 4, "bucket": 500, "quantize": {"qout": True}},
    "quantised, pruned": {
        "loss": "hs",
        "minn": 2,
        "maxn": 4,
        "bucket": 500,
        "quantize": {"qnorm": True, "cutoff": 300},
    },
}


@pytest.fixture(params=TRAINED_BY_FASTTEXT)
def original(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Any, Path]:
    """A model made and saved by the fasttext package, as that package opens it, and its file."""
    fasttext = pytest.importorskip("fasttext", reason="the oracle is the fasttext package (extra dev)")
    options = dict(TRAINED_BY_FASTTEXT[request.param])
    quantize = options.pop("quantize", None)
    text, path = tmp_path / "train.txt", tmp_path / "model.bin"
    rows = [f"__label__{row['lang']} {row['text']}\n" for row in lines({**TEXTS, **EVERYDAY}, 30).to_pylist()]
    text.write_text("".join(rows), encoding="utf-8")
    made = fasttext.train_supervised(input=str(text), dim=6, epoch=3, lr=0.1, thread=10, verbose=0, **options)
    if quantize is not None:
        made.quantize(input=str(text), verbose=0, **quantize)
    made.save_model(str(path))
    return fasttext.load_model(str(path)), path


def probabilities(model: Model, text: str) -> tuple[np.ndarray, np.ndarray]:
    """The mean of a text's features, and the labels' probabilities in the model's order."""
    data = np.frombuffer(text.encode(), np.uint8)
    ids = np.empty(room(len(text), model.grams), np.int32)
    count = add_features(data, 0, len(data), model.words, model.grams, ids, 0)
    if model.words.end_of_line >= 0:
        ids[count], count = model.words.end_of_line, count + 1
    hidden = np.empty(model.layers.vectors.shape[1], np.float32)
    scores = np.empty(model.layers.outputs.shape[1], np.float32)
    average(ids, count, model.layers.vectors, hidden)
    score(hidden, model.layers, scores)
    return hidden, scores


def test_models_of_fasttext_say_what_fasttext_says(original: tuple[Any, Path]) -> None:
    theirs, path = original
    ours = open_model(str(path))
    names = [each.model_label for each in ours.table]
    for text in [*TEXTS.values(), *EVERYDAY.values(), "unseen wörds 7 7", "a\u00a0b\tc\rd\x00e", "ⵣ", "__label__x a"]:
        hidden, scores = probabilities(ours, text)
        np.testing.assert_allclose(hidden, theirs.get_sentence_vector(text), rtol=1e-4, atol=1e-7)
        said = {label[9:]: chance for chance, label in theirs.f.predict(text + "\n", len(names), 0.0, "strict")}
        expected = np.array([said.get(name, 0) for name in names])
        np.testing.assert_allclose(scores, expected, atol=1.5e-5)  # fastText adds 0.00001 before the logarithm


def test_fasttext_opens_what_is_trained_here(trained: Path, model: Model) -> None:
    fasttext = pytest.importorskip("fasttext", reason="the oracle is the fasttext package (extra dev)")
    theirs = fasttext.load_model(str(trained))
    for text in EVERYDAY.values():
        (labels,), (scores,) = model.identify([text.lower()], k=1)
        ((score, label),) = theirs.f.predict(text.lower() + "\n", 1, 0.0, "strict")
        assert (label[9:], pytest.approx(score, abs=1e-4)) == (labels[0], scores[0])


def test_the_tree_is_huffmans() -> None:
    # frequencies 5, 3, 2, 1: joined 1+2, then 3 and 3 (the inner node first), then 5 and 6
    assert huffman(np.array([5, 3, 2, 1])).tolist() == [[3, 2], [4, 1], [0, 5]]
    assert huffman(np.array([7])).tolist() == []


# Files


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.001, 0.01, 0.3, 0.99, 0.99999])
def test_a_cut_file_is_an_error_and_never_a_crash(trained: Path, tmp_path: Path, share: float) -> None:
    whole = trained.read_bytes()
    cut = tmp_path / "cut.bin"
    cut.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(SourceError, match=r"cut\.bin is no whole fastText classifier"):
        read(cut)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "page.bin").write_text("<html>Not found</html>" * 100)
    with pytest.raises(SourceError, match="begin like one"):
        read(tmp_path / "page.bin")
    with pytest.raises(SourceError, match=r"no language-identification model at .*none\.bin"):
        read(tmp_path / "none.bin")
    data = bytearray(uniform_bytes(tmp_path))
    data[36] = 1  # cbow: word vectors
    (tmp_path / "vectors.bin").write_bytes(data)
    with pytest.raises(SourceError, match="word vectors"):
        read(tmp_path / "vectors.bin")


def uniform_bytes(folder: Path) -> bytes:
    uniform(folder / "made.bin", ["eng_Latn"], [1.0])
    return (folder / "made.bin").read_bytes()


def test_where_a_model_is(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert locate(str(trained)) == locate(str(trained.parent)) == trained
    assert locate("model.bin", trained.parent) == trained
    assert on_hub("cis-lmu/glotlid") == Hub("cis-lmu/glotlid", "model.bin", None)
    assert on_hub("cis-lmu/glotlid@74cb50b") == Hub("cis-lmu/glotlid", "model.bin", "74cb50b")
    assert on_hub("HPLT/OpenLID-v3/openlid-v3.bin@v1") == Hub("HPLT/OpenLID-v3", "openlid-v3.bin", "v1")
    assert [on_hub(name) for name in ("lid.176.bin", "./a/b", "/a/b", "models/lid.ftz")] == [None] * 4
    with pytest.raises(SourceError, match=r"no language-identification model at 'models/lid\.ftz'.*owner/repository"):
        locate("models/lid.ftz", tmp_path)


def test_the_hub_out_of_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = pytest.importorskip("huggingface_hub")
    monkeypatch.setattr(hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(
        SourceError, match=r"cis-lmu/glotlid@74cb50b.*hf download cis-lmu/glotlid model\.bin --revision"
    ):
        locate("cis-lmu/glotlid@74cb50b")


# Labels


def test_labels_are_resolved_or_left_out_with_a_reason() -> None:
    rows = resolve_labels(["eng_Latn", "en", "zho_Hans", "cmn_Hani", "zxx_Zxxx", "als", "qaa", "xyz9"])
    assert [row.label for row in rows] == ["eng_Latn", "eng_Latn", "zho_Hans", "cmn_Hani", None, "als_Latn", None, None]
    assert all(row.reason for row in rows) and "not language" in rows[4].reason
    (wiki,) = resolve_labels(["als"], scheme="wiki")
    (mapped,) = resolve_labels(["xyz9"], codes={"xyz9": "nqo_Nkoo"})
    assert (wiki.label, mapped.label) == ("gsw_Latn", "nqo_Nkoo")


def test_labels_without_a_language_take_no_part(tmp_path: Path) -> None:
    some = uniform(tmp_path / "some.bin", ["eng_Latn", "zxx_Zxxx", "deu_Latn"], [0.6, 0.25, 0.15])
    assert some.labels == ["eng_Latn", None, "deu_Latn"] and some.known == ("deu_Latn", "eng_Latn")
    assert some.identify(["any text"]) == ([["eng_Latn", "deu_Latn"]], [[pytest.approx(0.8), pytest.approx(0.2)]])
    most = uniform(tmp_path / "most.bin", ["eng_Latn", "zxx_Zxxx"], [0.4, 0.6])
    assert most.identify(["any text"]) == ([[]], [[]])
    nothing = uniform(tmp_path / "nothing.bin", ["zxx_Zxxx"], [1.0])
    assert nothing.identify(["any text"]) == ([[]], [[]])


def test_two_names_of_one_language_are_one_label(tmp_path: Path) -> None:
    model = uniform(tmp_path / "model.bin", ["en", "eng_Latn", "deu_Latn"], [0.3, 0.3, 0.4])
    assert model.identify(["any text"]) == ([["eng_Latn", "deu_Latn"]], [[pytest.approx(0.6), pytest.approx(0.4)]])


# Asking


@pytest.mark.parametrize("lang", [*TEXTS, *EVERYDAY])
def test_every_script_is_told(model: Model, lang: str) -> None:
    (labels,), (scores,) = model.identify([{**TEXTS, **EVERYDAY}[lang]])
    assert labels[0] == lang and scores[0] > 0.5
    assert scores == sorted(scores, reverse=True) and len(labels) == len(scores) <= 3 and sum(scores) <= 1.001


def test_text_without_letters_has_no_language(model: Model) -> None:
    texts = ["", " \n\t", "12:30", "— 🙂 …", "१२३ ٣", "\u200d", "7 ñ"]
    labels, scores = model.identify(texts)
    assert [bool(each) for each in labels] == [bool(each) for each in scores] == [False] * 6 + [True]


def test_a_batch_is_its_texts_alone(model: Model) -> None:
    texts = [*TEXTS.values(), "", *EVERYDAY.values()] * 2
    labels, scores = model.identify(texts)
    alone = [model.identify([text]) for text in texts]
    assert labels == [each[0] for each, _ in alone] and scores == [each[0] for _, each in alone]
    sliced = pa.chunked_array([pa.array(["x", *texts[:5]])[1:], pa.array(texts[5:])])
    assert model.identify_column(sliced)[0].to_pylist() == labels


def test_nulls_stay_null(model: Model) -> None:
    column = pa.array([None, TEXTS["eng_Latn"], None, "7"])
    labels, scores = (each.to_pylist() for each in model.identify_column(column, 1))
    assert labels == [None, ["eng_Latn"], None, []] and [each is None for each in scores] == [True, False, True, False]


@pytest.mark.parametrize("lang", ["eng_Latn", "tha_Thai", "nqo_Nkoo", "hin_Deva"])
def test_long_texts_are_read_at_three_places(model: Model, lang: str) -> None:
    text, menu = TEXTS[lang] + " ", "Das Haus steht auf dem Hügel und der Fluss fließt. "
    inside = menu * 2 + text * 200 + menu * 2
    (labels,), _ = model.identify([inside], k=1, max_chars=300)
    assert labels == [lang]
    assert model.identify([inside[:60]], k=1)[0] == [["deu_Latn"]]
    (whole,), (part,) = (model.identify([text * 40], 1, most)[1] for most in (10**6, 600))
    assert whole == pytest.approx(part, abs=0.1)


def test_newlines_are_spaces(model: Model) -> None:
    text = EVERYDAY["swh_Latn"]
    assert model.identify([text]) == model.identify([text.replace(" ", "\n")])


def test_letters_only_is_what_openlid_asks_for(trained: Path) -> None:
    letters, plain = (open_model(str(trained), spelling=each) for each in ("letters", "plain"))
    text = EVERYDAY["deu_Latn"]
    noisy = text.upper().replace(" ", " 12!, ").replace("SS", "SS-")
    assert letters.identify([noisy]) == letters.identify([text.upper().replace(" ", "   ")])
    assert letters.identify([noisy]) != plain.identify([noisy])


def test_a_folder_says_how_its_model_wants_text(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(trained.read_bytes())
    assert open_model(str(tmp_path)).spelling == "plain"
    (tmp_path / "lid.json").write_text(json.dumps({"spelling": "letters"}))
    assert open_model(str(tmp_path)).spelling == "letters"


def test_choosing_a_member(model: Model) -> None:
    assert model.choose(EVERYDAY["swh_Latn"], ["swc", "swh"]) == "swh"
    assert model.choose(EVERYDAY["eng_Latn"], ["swc", "swh"]) is None  # another language altogether
    assert model.choose(EVERYDAY["swh_Latn"], ["swc"]) is None  # unknown to the model
    assert model.choose("12", ["swh", "eng"]) is None


def test_choosing_needs_a_clear_winner(tmp_path: Path) -> None:
    model = uniform(tmp_path / "model.bin", ["hrv_Latn", "bos_Latn", "slv_Latn"], [0.5, 0.4, 0.1])
    assert model.choose("bilo koji tekst", ["hrv", "bos", "srp"]) is None
    assert model.choose("bilo koji tekst", ["hrv", "slv"]) == "hrv"


# Training


def test_training_is_repeatable_and_its_settings_count(trained: Path, tmp_path: Path) -> None:
    texts = lines({**TEXTS, **EVERYDAY})
    train(tmp_path / "again.bin", texts, SMALL)
    assert (tmp_path / "again.bin").read_bytes() == trained.read_bytes()
    train(tmp_path / "other.bin", texts, SMALL.model_copy(update={"seed": 2}))
    assert (tmp_path / "other.bin").read_bytes() != trained.read_bytes()


def test_training_descends_the_gradient_that_differences_give() -> None:
    """One step on one text. A vector's step is averaged once more over the text's features, as fastText does."""
    random = np.random.Generator(np.random.PCG64(3))
    start = (random.random((50, 4), np.float32), random.random((4, 11), np.float32))
    data, offsets = np.frombuffer("ⵣ ab".encode(), np.uint8), np.array([0, 6])
    grams, target, order = Grams(50, 2, 2, 1, np.empty(0, np.int32)), np.array([1], np.int32), np.array([0])

    def step(weights: Sequence[np.ndarray], rate: float) -> float:
        layers = Layers(weights[0], weights[1], SOFTMAX, np.empty((0, 2), np.int32))
        return float(learn(data, offsets, target, order, rate, 0.0, no_words(), grams, layers))

    moved = [each.copy() for each in start]
    step(moved, 1.0)
    for at in range(2):
        change = moved[at] - start[at]
        for place in np.argwhere(np.abs(change) > np.abs(change).max() / 2)[:3]:
            losses = []
            for shift in (0.02, -0.02):
                shifted = [each.copy() for each in start]
                shifted[at][tuple(place)] += shift
                losses.append(step(shifted, 0.0))
            assert change[tuple(place)] == pytest.approx((losses[1] - losses[0]) / 0.04, rel=0.02)


def test_small_languages_are_repeated() -> None:
    targets = np.repeat(np.arange(3, dtype=np.int32), [100, 25, 1])
    orders = [schedule(targets, SMALL.model_copy(update={"temperature": each}), 0) for each in (1.0, 0.5, 0.0)]
    assert [np.bincount(targets[order]).tolist() for order in orders] == [[100, 25, 1], [100, 50, 10], [100, 100, 100]]
    assert all(len(np.unique(order)) == 126 for order in orders)


def test_one_language_is_too_few_and_huge_steps_are_noticed(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"two languages at least.*1 \(eng_Latn\)"):
        train(tmp_path / "one.bin", lines({"eng_Latn": TEXTS["eng_Latn"]}), SMALL)
    with pytest.raises(RecipeError, match="learning_rate, which is 1000000"):
        train(tmp_path / "huge.bin", lines(EVERYDAY), SMALL.model_copy(update={"learning_rate": 1e6}))


# Lines


@pytest.mark.parametrize("lang", TEXTS)
def test_lines_are_long_enough_and_not_too_long(lang: str) -> None:
    text = (TEXTS[lang] + " ") * 40
    cut = list(pieces(text + "\nshort\n" + TEXTS[lang]))
    assert all(SHORTEST <= len(each.encode()) and len(each) <= 300 for each in cut)
    assert cut[-1] == TEXTS[lang] and "".join("".join(cut[:-1]).split()) == "".join(text.split())


def test_a_sample_does_not_depend_on_shards() -> None:
    rows = [(lang, f"{text} {number}") for lang, text in TEXTS.items() for number in range(20)]
    whole = merge([sample(rows, 7)], 7)
    parts = merge([sample(rows[at::3], 7) for at in (2, 0, 1)], 7)
    assert whole.equals(parts) and set(np.bincount(whole["lang"].to_numpy().searchsorted(sorted(TEXTS)))) <= {0, 1}
    assert whole["lang"].value_counts().field("counts").to_pylist() == [7] * len(TEXTS)


def test_lines_that_say_nothing_about_a_language_are_left_out() -> None:
    both, foreign = "The same line under two languages", "Английские буквы не при чём"
    rows = [
        ("eng_Latn", both),
        ("sco_Latn", both),
        ("eng_Latn", foreign),
        ("rus_Cyrl", foreign),
        ("eng_Latn", "x" * 30),
    ]
    assert merge([sample(rows, 9)], 9).select(["lang", "text"]).to_pylist() == [
        {"lang": "eng_Latn", "text": "x" * 30},
        {"lang": "rus_Cyrl", "text": foreign},
    ]
    assert merge([sample([], 9)], 9).num_rows == 0


def test_a_share_is_held_out_whatever_else_is_there() -> None:
    rows = [("eng_Latn", f"line number {number} of a long text") for number in range(3000)]
    all_lines, few = merge([sample(rows, 3000)], 3000), merge([sample(rows, 300)], 300)
    aside = all_lines.filter(held_out(all_lines, 0.1))
    assert 220 <= aside.num_rows <= 380
    assert set(few.filter(held_out(few, 0.1))["text"].to_pylist()) <= set(aside["text"].to_pylist())
    assert not any(held_out(few, 0.0).to_pylist())


# Agreement and measuring


@pytest.mark.parametrize(
    ("declared", "said", "same"),
    [
        ("eng_Latn", "eng_Latn", True),
        ("eng_Latn", "sco_Latn", False),
        ("zho_Hans", "cmn_Hani", True),  # Mandarin in Chinese
        ("cmn_Hant", "zho_Hani", True),
        ("cmn_Hans", "yue_Hant", False),  # both Chinese, neither the other
        ("srp_Cyrl", "hbs_Cyrl", True),
        ("srp_Latn", "srp_Cyrl", False),
        ("jpn_Jpan", "jpn_Hira", True),
        ("swa_Latn", "swh_Latn", True),
        ("arb_Arab", "arz_Arab", False),
    ],
)
def test_labels_that_mean_the_same_language(declared: str, said: str, same: bool) -> None:
    assert agrees(declared, said) == agrees(said, declared) == same


def identified(rows: Sequence[dict[str, float]]) -> pa.Table:
    types = {"labels": pa.list_(pa.string()), "scores": pa.list_(pa.float32())}
    columns = {"labels": [list(row) for row in rows], "scores": [list(row.values()) for row in rows]}
    return pa.table({name: pa.array(columns[name], types[name]) for name in types})


def test_the_score_of_the_declared_language() -> None:
    known = ["eng_Latn", "hrv_Latn", "bos_Latn", "srp_Cyrl", "cmn_Hani"]
    cases: list[tuple[str, dict[str, float], float]] = [
        ("eng_Latn", {"eng_Latn": 0.9, "hrv_Latn": 0.1}, 0.9),
        ("eng_Latn", {"hrv_Latn": 0.9}, 0.0),
        ("hbs_Latn", {"hrv_Latn": 0.5, "bos_Latn": 0.3, "srp_Cyrl": 0.2}, 0.8),
        ("zho_Hant", {"cmn_Hani": 0.7}, 0.7),
        ("yor_Latn", {"eng_Latn": 0.99}, float("nan")),  # unknown to the model
        ("srp_Latn", {"hrv_Latn": 0.8}, float("nan")),  # known in Cyrillic only
        ("eng_Latn", {}, float("nan")),  # no letters
    ]
    table = identified([said for _, said, _ in cases])
    chunked = pa.concat_tables([table.slice(0, 3), table.slice(3)])
    expected = np.array([score for _, _, score in cases])
    for each in (table, chunked):
        scores = agreement_scores(each, [lang for lang, _, _ in cases], known)
        assert scores.dtype == np.float32
        np.testing.assert_allclose(scores, expected, rtol=1e-6)
    assert agreement_scores(table.slice(0, 0), [], known).shape == (0,)
    assert np.isnan(agreement_scores(identified([{}]), ["eng_Latn"], known)).all()


def test_measuring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"a": "eng_Latn", "b": "eng_Latn", "c": "cmn_Hani", "d": "deu_Latn", "e": "eng_Latn", "f": None}
    model = uniform(tmp_path / "model.bin", ["eng_Latn", "deu_Latn", "cmn_Hani"], [0.4, 0.3, 0.3])
    answers: Callable[..., object] = lambda _, texts, k: (  # noqa: E731
        pa.array([[said[text]] if said[text] else [] for text in texts.to_pylist()], pa.list_(pa.string())),
        None,
    )
    monkeypatch.setattr(Model, "identify_column", answers)
    langs = ["eng_Latn", "deu_Latn", "zho_Hans", "deu_Latn", "yor_Latn", "eng_Latn"]
    found = measure(model, pa.table({"lang": langs, "text": list("abcdef")}))
    rows = {row.pop("lang"): row for row in found.languages.to_pylist()}
    assert rows["eng_Latn"] == {"known": True, "lines": 2, "precision": 0.5, "recall": 0.5, "f1": 0.5}
    assert rows["deu_Latn"] == {"known": True, "lines": 2, "precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3)}
    assert rows["zho_Hans"] == {"known": True, "lines": 1, "precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert rows["yor_Latn"] == {"known": False, "lines": 1, "precision": None, "recall": None, "f1": None}
    assert found.summary == {
        "languages": 4,
        "languages_known": 3,
        "lines": 5,
        "macro_f1": pytest.approx((0.5 + 2 / 3 + 1) / 3, abs=1e-4),
        "accuracy": 0.6,
    }
    assert [tuple(row.values()) for row in found.confusions.to_pylist()] == [
        ("deu_Latn", "eng_Latn", 1, 0.5),
        ("eng_Latn", None, 1, 0.5),
        ("yor_Latn", "eng_Latn", 1, 1.0),
    ]
