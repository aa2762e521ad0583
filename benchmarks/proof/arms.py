"""The arms of the proof: what is varied, from which all others differ in one thing."""

from collections.abc import Mapping, Sequence

LANGUAGES = (
    "ckb_Arab", "cmn_Hant", "ell_Grek", "est_Latn", "eus_Latn", "ewe_Latn", "guj_Gujr", "kab_Latn", "kat_Geor",
    "kaz_Cyrl", "khm_Khmr", "kor_Kore", "lug_Latn", "lvs_Latn", "swh_Latn", "tam_Taml", "tha_Thai", "tur_Latn",
    "urd_Arab", "wol_Latn", "zul_Latn",
)  # fmt: skip
"""Languages with a Bible in the shared data, or as much text as 160 kB and a FLORES-200 test: eleven scripts."""
KEPT = ("eng_Latn", "zxx_Zyyy")
"""What the base knows: English and program code."""
ARM_TOKENS = 40_960
"""Tokens of an arm, twenty steps: a twelfth of the main run's, so that many fit into the time."""

Arms = Mapping[str, Sequence[str]]
"""Changes by what to call them."""

PIECES = 1_000
"""New pieces of the arms that have any, but where their number is what is varied."""
EXPANDED = (f"vocab.new_pieces={PIECES}", "train.new_row_lr=0.005")
"""A vocabulary with new pieces, whose rows learn faster than all that the base knows."""

VOCABULARIES: Arms = {
    "the base's own": (),
    "1,000 new pieces": EXPANDED,
    "6,000 new pieces": ("vocab.new_pieces=6000", *EXPANDED[1:]),
}
"""How many pieces the vocabulary gains."""
ROWS: Arms = {
    "subword_mean": (),
    "focus": ('adapt.init="focus"',),
    "subword_mean, untied": ("adapt.untie=true",),
    "subword_mean, untied, 94 steps": ("adapt.untie=true", "mix.tokens=192512"),
    "subword_mean, rows at the rate of the rest": ("train.new_row_lr=0.0003",),
    "subword_mean, all else frozen": ('train.freeze=["all_but_new_rows"]',),
}
"""Ways to start the rows of new pieces, and to train them."""
OPTIONS: Arms = {
    "as the recipe": (),
    "a third of the rate": ("train.learning_rate=0.0001",),
    "three times the rate": ("train.learning_rate=0.0009",),
    "embeddings frozen": ('train.freeze=["old_rows"]',),
    "lower half of the blocks frozen": ('train.freeze=["blocks.0-14"]',),
    "upper half of the blocks frozen": ('train.freeze=["blocks.15-29"]',),
    "pulled to the base": ("train.l2_to_base=50", "train.weight_decay=0"),
    "half of the columns shielded": ('train.shield={sources = ["eng_Latn", "code"], tokens = 8192}',),
    "Goldfish loss": ("train.goldfish={}",),
    "no replay": ("mix.replay={}", "mix.rates={eng_Latn = 0, zxx_Zyyy = 0}"),
    "twice the replay": ("mix.replay={eng_Latn = 0.2, code = 0.1}",),
    "replay of papers and code alone": (
        "mix.replay={papers = 0.1, code = 0.05}",
        "mix.rates={eng_Latn = 0}",
    ),
    "longer warm-up": ("train.warmup=0.3",),
    "warm-up, stable, decay": ('train.schedule="wsd"',),
    "merged, share chosen on held-out text": ("train.merge=[0, 0.1, 0.2, 0.3, 0.4, 0.5]",),
    "low-rank adapters": ("train.lora={}", "train.learning_rate=0.002"),
}
"""Ways to keep what the base knew, each alone."""
MERGES = (0.1, 0.2, 0.3, 0.4, 0.5)
"""Shares of the base in models merged after training."""
