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
ARM_TOKENS = 61_440
"""Tokens of an arm, thirty steps: a tenth or less of the main run's, so that many fit into the time."""

Arms = Mapping[str, Sequence[str]]
"""Changes by what to call them."""

ROWS: Arms = {
    "subword_mean": (),
    "mean": ('adapt.init="mean"',),
    "focus": ('adapt.init="focus"',),
    "omp, 4 anchors": ('adapt.init="omp"',),
    "omp, 64 anchors": ('adapt.init="omp"', "adapt.omp_anchors=64"),
}
"""Ways to start the rows of new pieces."""
OPTIONS: Arms = {
    "as the recipe": (),
    "a third of the rates": ("train.learning_rate=0.0002", "train.new_row_lr=0.0015"),
    "three times the rates": ("train.learning_rate=0.002", "train.new_row_lr=0.015"),
    "new rows at the rate of the rest": ("train.new_row_lr=0.0006",),
    "old rows frozen": ('train.freeze=["old_rows"]',),
    "all but new rows frozen": ('train.freeze=["all_but_new_rows"]',),
    "lower half of the blocks frozen": ('train.freeze=["blocks.0-14"]',),
    "upper half of the blocks frozen": ('train.freeze=["blocks.15-29"]',),
    "L2 to the base": ("train.l2_to_base=10", "train.weight_decay=0"),
    "Goldfish loss": ("train.goldfish={}",),
    "no replay": ("mix.replay={}", "mix.rates={eng_Latn = 0, zxx_Zyyy = 0}"),
    "twice the replay": ("mix.replay={eng_Latn = 0.2, code = 0.1}",),
    "warm-up, stable, decay": ('train.schedule="wsd"',),
    "Muon in the blocks": ('train.optimizer="muon"',),
}
"""Ways to keep what the base knew, each alone."""
MERGES = (0.1, 0.2, 0.3, 0.4, 0.5)
"""Shares of the base in models merged after training."""
