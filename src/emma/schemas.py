"""The Arrow schemas through which stages meet. A stage reads and writes these and knows no other stage."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

Row = Mapping[str, Any]
"""A row of one of these tables, or of another table of an artifact, as Arrow's `to_pylist` gives it."""

DOCUMENTS = pa.schema(
    [
        ("id", pa.string()),  # source:file#row, unique, from the source and never from arrival
        ("text", pa.string()),  # NFC, with ZWJ and ZWNJ as they were
        ("lang", pa.string()),  # xxx_Yyyy: ISO 639-3 and ISO 15924
        ("text2", pa.string()),  # bitext only, else null: the other side
        ("lang2", pa.string()),  # bitext only, else null
        ("source", pa.string()),
        ("source_code", pa.string()),  # the source's own name for the language
        ("rule", pa.string()),  # how the code was resolved
        ("domain", pa.string()),
        ("licence", pa.string()),  # SPDX, or a phrase where no SPDX identifier fits
        ("file", pa.string()),  # relative to the source's root
        ("row", pa.int64()),  # row, line or message in that file, from 1
        ("url", pa.string()),  # where the source says the text is from; else null
        ("repair", pa.string()),  # what was mended beyond Unicode form, such as "mojibake"; else null
        ("meta", pa.string()),  # what the source says beside, as its `keep` asks, as a JSON object; null where nothing
    ]
)

REJECTS = pa.schema(
    [
        ("source", pa.string()),
        ("file", pa.string()),
        ("row", pa.int64()),  # row, line or message in the file, from 1; 0 for the file itself
        ("reason", pa.string()),
        ("raw", pa.binary()),  # the bytes as found, cut at 64 KiB
        ("units", pa.int64()),  # units of the source that the reject stands for, as far as they can be counted
        ("unread", pa.int64()),  # bytes of the file, decompressed, that were not read because of it
    ]
)

PERMUTATIONS = 112
"""Length of a MinHash signature, as FineWeb-2 has it (arXiv 2506.20920). Into how many bands it is cut is curate's to
say: `emma.curate.duplicates.candidates`."""

FEATURES = (
    "letter_share",  # letters and marks among the characters that are not spaces
    "digit_share",
    "punct_share",
    "symbol_share",
    "upper_share",  # upper-case letters among letters; 0 where the script has no case
    "repeated_line_share",  # characters in lines that occurred before in the document
    "repeated_gram_share",  # 10-character grams that occurred before in the document
    "repeated_word_share",  # 5-word grams that occurred before in the document; null where words are not spaced
    "label_script_share",  # letters in a script that the language label allows
    "word_length",  # characters per word where the script spaces words, else null
    "line_length",  # characters per line that is not empty
    "length_ratio",  # of pairs only: characters of the shorter side over the longer; null for one text alone
    "copied_share",  # of pairs only: words (characters where unspaced) of the shorter side that the other has
    "numeral_share",  # of pairs only: numbers that stand on both sides among all, 1 where there are none
)
"""Quality features, float32. All but `word_length` and `line_length` are shares in [0, 1]. Null is never judged."""

PERSONAL = ("emails", "ips", "phones", "cards")
"""Personal data that are counted in each document, in the order of `kernels.personal.KINDS`: e-mail addresses, public
IP addresses, phone numbers and payment cards."""

ANNOTATIONS = pa.schema(
    [
        ("bytes", pa.int64()),  # UTF-8; both sides of bitext
        ("chars", pa.int64()),
        ("words", pa.int64()),  # white-space words
        ("lines", pa.int64()),
        ("script", pa.string()),  # ISO 15924 code of most letters, Zyyy when there are none
        ("script_share", pa.float32()),  # share of the letters in `script`
        ("written", pa.string()),  # the script as a label would have it: Hans, Hant, Hani, Jpan, Kore where they fit
        ("script_agrees", pa.bool_()),  # whether `written` can stand under the label's script; true without letters
        *((name, pa.float32()) for name in FEATURES),
        *((name, pa.int32()) for name in PERSONAL),
        ("exact_hash", pa.uint64()),  # hash of the normalised text; of a pair, of both sides in either order
        ("bare_hash", pa.uint64()),  # hash of the text without its diacritics; null for pairs and short texts
        ("marks", pa.int32()),  # number of those diacritics
        ("side_hashes", pa.list_(pa.uint64())),  # of pairs only: hash of each side, as if it were a document of its own
        ("line_hashes", pa.list_(pa.uint64())),  # hash of each normalised line, 0 for lines too short to be boilerplate
        ("minhash", pa.list_(pa.uint32(), PERMUTATIONS)),
    ]
)  # row-aligned with DOCUMENTS

LID_LABELS = 3
"""Number of labels that are kept for a text, of those that a language-identification model gives."""

IDENTIFIED = pa.schema(
    [
        ("labels", pa.list_(pa.string())),  # xxx_Yyyy, the likeliest first, LID_LABELS at most; empty without letters
        ("scores", pa.list_(pa.float32())),  # the model's probabilities of these
        ("labels2", pa.list_(pa.string())),  # the same for a pair's other side, else null
        ("scores2", pa.list_(pa.float32())),
    ]
)  # row-aligned with DOCUMENTS; there only when the recipe names a model

CONTAMINATION = pa.schema(
    [
        ("benchmark", pa.string()),  # the benchmark that shares most grams with the document; null when none does
        ("benchmark_grams", pa.int32()),  # its grams that any benchmark has; short grams for a corrupted copy
        ("benchmark_share", pa.float32()),  # their share of the document's grams
        ("benchmarks", pa.list_(pa.string())),  # all that share a gram with it, sorted
    ]
)  # row-aligned with DOCUMENTS

GUESSING_BITS_PER_BYTE = 8.0
"""Bits per byte of guessing bytes at random, log2 of 256: a model above it has not learnt to read a text."""

SPLITS = ("train", "validation", "test")
"""The splits that kept documents go to. Any other outcome of curation is the reason a document was dropped for."""

SELECTION = pa.schema(
    [
        ("split", pa.string()),  # train, validation, test; null when dropped
        ("reason", pa.string()),  # why it was dropped; null when kept
        ("cluster", pa.string()),  # id of the first document of its duplicate cluster; its own id when alone
        ("cluster_size", pa.int32()),
        ("drop_lines", pa.list_(pa.int32())),  # lines of the text, from 0, to leave out as boilerplate; null: none
    ]
)  # row-aligned with DOCUMENTS

LEDGER = pa.schema(
    [
        *(DOCUMENTS.field(name) for name in ("id", "lang", "lang2", "source", "domain", "licence")),
        ("redistribution", pa.string()),  # public, derived or private, as the recipe declares the source
        ("origin", pa.string()),  # of the source
        *(DOCUMENTS.field(name) for name in ("file", "row", "url")),
        ("tokens", pa.int64()),  # as the model's tokenizer has it; of a pair that is written both ways, of both
        ("tokens_seen", pa.int64()),  # in the samples that training drew; a token counts as often as it was drawn
    ]
)
"""A row for each document that trained a model; it has no text."""

FERTILITY = pa.schema(
    [
        ("lang", pa.string()),
        ("domain", pa.string()),
        ("bytes", pa.int64()),  # size of the sample that was measured
        ("chars", pa.int64()),
        ("words", pa.int64()),
        ("tokens_base", pa.int64()),  # null when there is no base tokenizer
        ("tokens", pa.int64()),
    ]
)

PACKED = pa.schema(
    [
        ("lang", pa.string()),
        ("domain", pa.string()),
        ("split", pa.string()),  # train or validation
        ("path", pa.string()),  # the .bin/.idx pair inside the part, without suffix
        ("part", pa.int32()),  # index into the artifact's parts
        ("documents", pa.int64()),  # documents in the file: a pair of texts that is written both ways is two
        ("tokens", pa.int64()),
        ("bytes", pa.int64()),  # UTF-8
        ("words", pa.int64()),  # white-space words
    ]
)

PLAN = pa.schema(
    [
        ("stage", pa.string()),  # name of the stage of the mix; a source has one row for each, in their order
        ("lang", pa.string()),
        ("domain", pa.string()),
        ("tier", pa.string()),  # tier of the language in the mix: one of lang.tiers.TIER_NAMES
        ("part", pa.int32()),
        ("path", pa.string()),
        ("documents", pa.int64()),
        ("bytes", pa.int64()),
        ("tokens", pa.int64()),  # tokens that exist
        ("weight", pa.float64()),  # share of the stage's training tokens; sums to 1 in each stage
        ("samples", pa.int64()),  # sequences drawn from it in the stage
        ("epochs", pa.float64()),  # times each of its tokens is seen in the stage
    ]
)

VALIDATION = pa.schema(
    [
        ("step", pa.int64()),  # steps taken; 0: before the first
        ("lang", pa.string()),
        ("domain", pa.string()),
        ("tier", pa.string()),  # tier of the language in the mix; null where it gives no training text
        ("documents", pa.int64()),  # held-out documents that were scored, the same at every step
        ("tokens", pa.int64()),  # predicted
        ("bytes", pa.int64()),  # UTF-8, of these tokens
        ("nats", pa.float64()),
    ]
)

ITEMS = pa.schema(
    [
        ("model", pa.string()),  # base or adapted
        ("lang", pa.string()),
        ("domain", pa.string()),
        ("id", pa.string()),
        ("nats", pa.float64()),  # negative log-likelihood of the whole document
        ("tokens", pa.int64()),
        ("bytes", pa.int64()),
    ]
)

SCORES = pa.schema(
    [
        ("model", pa.string()),
        ("lang", pa.string()),
        ("domain", pa.string()),  # null: all domains of the language
        ("documents", pa.int64()),
        ("bytes", pa.int64()),
        ("tokens", pa.int64()),
        ("bits_per_byte", pa.float64()),
        ("low", pa.float64()),  # 95 % bootstrap interval over documents
        ("high", pa.float64()),
    ]
)

POSITIONS = pa.schema(
    [
        ("model", pa.string()),  # base or adapted
        ("context", pa.int64()),  # the model's own longest sequence, in tokens
        ("begin", pa.int64()),  # first position of the stretch: how many tokens come before
        ("end", pa.int64()),  # position after its last
        ("tokens", pa.int64()),
        ("nats", pa.float64()),
        ("bytes", pa.int64()),  # UTF-8, of these tokens
    ]
)

SAMPLES = pa.schema(
    [
        ("lang", pa.string()),
        ("id", pa.string()),  # of the test document that the prompt begins
        ("prompt", pa.string()),  # the document's beginning, as both models saw it
        ("reference", pa.string()),  # what follows it there, some lines of it, with the space between both
        ("base", pa.string()),  # what the base went on with; null where there is no base
        ("adapted", pa.string()),
    ]
)

TASK_ITEMS = pa.schema(
    [
        ("model", pa.string()),  # base, adapted, or the name of another model
        ("task", pa.string()),
        ("lang", pa.string()),  # of translation the language that is not the task's source or target, else the target
        ("variant", pa.string()),  # how it was asked: cloze, letter, direct, "from eng_Latn", "into eng_Latn"
        ("item", pa.string()),
        ("cluster", pa.string()),  # items of one cluster are one draw, such as a sentence in all its translations
        ("clean", pa.bool_()),  # false: its text was trained on; null: the corpus was not searched for it
        ("prompt", pa.string()),  # as the model saw it
        ("question", pa.int32()),  # the character at which its question begins, behind the examples
        ("gold", pa.string()),  # the right answer, or the first of several
        ("answer", pa.string()),  # the choice that the model finds likeliest, or what it wrote
        ("texts", pa.list_(pa.string())),  # all that it wrote, where several were drawn; null where it chose
        ("answer_lang", pa.string()),  # label that language ID gives what it wrote; null where it was not asked
        ("metric", pa.string()),  # the variant's headline metric
        ("value", pa.float64()),  # of this item alone; null where the metric has no meaning for one
        ("shots", pa.int32()),  # examples that the model saw
        ("truncated", pa.bool_()),
    ]
)

TASK_SCORES = pa.schema(
    [
        ("model", pa.string()),
        ("task", pa.string()),
        ("version", pa.int32()),
        ("lang", pa.string()),
        ("variant", pa.string()),
        ("metric", pa.string()),
        ("headline", pa.bool_()),  # the first metric of the variant
        ("native", pa.bool_()),  # false: translated
        ("clean", pa.bool_()),  # false: of all items; true: of those alone that were not trained on
        ("items", pa.int64()),
        ("value", pa.float64()),
        ("low", pa.float64()),  # 95 % interval; null for one item
        ("high", pa.float64()),
        ("deviation", pa.float64()),  # of the scores that each of several samples alone would give; null for one
        ("chance", pa.float64()),  # score of guessing; null where there is none
        ("empty", pa.int64()),  # outputs without text; they count
        ("shots_cut", pa.int64()),  # items that saw fewer examples than asked for
        ("truncated", pa.int64()),
        ("rejects", pa.int64()),  # rows of the data that are no items
        ("higher_is_better", pa.bool_()),
        ("highest", pa.float64()),  # the best score there can be, such as 1 or 100; null: no end, or lower is better
        ("signature", pa.string()),
    ]
)

TASK_GAINS = pa.schema(
    [
        ("baseline", pa.string()),
        ("model", pa.string()),
        ("task", pa.string()),
        ("lang", pa.string()),
        ("variant", pa.string()),
        ("metric", pa.string()),
        ("clean", pa.bool_()),
        ("items", pa.int64()),
        ("value_baseline", pa.float64()),
        ("value", pa.float64()),
        ("delta", pa.float64()),  # better is above zero, whatever the metric
        ("low", pa.float64()),  # 95 % paired interval of delta
        ("high", pa.float64()),
        ("p", pa.float64()),  # exact McNemar where items are right or wrong, else by swapping the two models at random
        ("q", pa.float64()),  # p after Benjamini and Hochberg over the languages of task, variant and metric
        ("smallest", pa.float64()),  # smallest difference that so many items could have shown (80 % power, 5 % level)
    ]
)

TASK_AVERAGES = pa.schema(
    [
        ("model", pa.string()),
        ("task", pa.string()),  # null: all that every model was asked, each counted once
        ("variant", pa.string()),  # null with the task
        ("metric", pa.string()),  # `points` over all tasks: hundredths of each headline's highest score
        ("native", pa.bool_()),
        ("clean", pa.bool_()),
        ("group_by", pa.string()),  # all, tier, script, family
        ("group", pa.string()),
        ("languages", pa.int64()),  # of the set that all models have
        ("value", pa.float64()),  # mean over languages
        ("low", pa.float64()),  # 95 % interval over clusters of items
        ("high", pa.float64()),
        ("delta", pa.float64()),  # against the baseline; null for itself
        ("delta_low", pa.float64()),
        ("delta_high", pa.float64()),
    ]
)
