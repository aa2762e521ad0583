"""The audit of a list of languages: every kind of fault that the audit of a published list came to, planted."""

from emma.lang.lint import KINDS, NOTES, lint, summarise
from emma.lang.lint_rows import Entry
from tests.conftest import TEXTS

CLEAN = [*(set(TEXTS) - {"zho_Hans"}), "srp_Latn", "srp_Cyrl", "cmn_Hant", "kor_Hang", "nan_Latn"]

# label, tokens, kinds: after section 1.3 of the audit, with its own examples
PLANTED: list[tuple[str, int, set[str]]] = [
    ("ajp_Arab", 5_000, {"renamed", "duplicate"}),
    ("apc_Arab", 90_000, {"duplicate"}),
    ("eml_Latn", 5_000, {"retired"}),
    ("bat_Cyrl", 194, {"collection", "small"}),
    ("nah_Latn", 4_000, {"collection"}),
    ("qaa_Latn", 3_000, {"private"}),
    ("zxx_Latn", 20_000, {"special"}),
    ("jpn_Japn", 174_600_000, {"script"}),
    ("xyz_Japn", 2_000, {"script"}),
    ("xyz_Latn", 2_000, {"unknown"}),
    ("qqq", 2_000, {"pseudo"}),
    ("swa_Latn", 851_700_000, {"macrolanguage"}),
    ("swh_Latn", 700_000, set()),
    ("ori_Orya", 121_000_000, {"macrolanguage"}),
    ("ory_Orya", 76_800_000, set()),
    ("rus_Latn", 87_900_000, {"implausible"}),
    ("guj_Deva", 1_400_000, {"implausible"}),
    ("bew_Cyrl", 2_186, {"implausible"}),
    ("ang_Runr", 2_186, set()),
    ("epo_Latn", 900_000, {"constructed"}),
    ("fil_Latn", 80_000, {"twins"}),
    ("tgl_Latn", 900_000, {"twins"}),
    ("yue_Hant", 1_500_000, {"remark"}),
    ("eng_Latn", 5_000_000, set()),
]
ROWS = [Entry(label, tokens, line) for line, (label, tokens, _) in enumerate(PLANTED, 1)]


def test_each_planted_fault_is_found_and_nothing_else() -> None:
    found: dict[str, set[str]] = {label: set() for label, _, _ in PLANTED}
    for finding in lint(ROWS):
        for label in finding.labels:
            found[label].add(finding.kind)
    assert found == {label: kinds for label, _, kinds in PLANTED}


def test_macrolanguages_have_their_share_of_the_family() -> None:
    swa = next(each for each in lint(ROWS) if each.labels == ("swa_Latn",))
    assert swa.message == f"holds {851.7 / 852.4:.1%} of the family's text; 2 members, here too: swh_Latn"
    total = sum(tokens for _, tokens, _ in PLANTED)
    families = 851_700_000 + 700_000 + 121_000_000 + 76_800_000
    assert summarise(ROWS, lint(ROWS))["in_split_families"] == families / total


def test_a_script_that_does_not_exist_gets_a_better_one() -> None:
    messages = {each.labels[0]: each.message for each in lint(ROWS) if each.kind == "script"}
    assert messages["jpn_Japn"] == "'Japn' is not a script of ISO 15924; its language is written in Jpan"
    assert messages["xyz_Japn"] == "'Japn' is not a script of ISO 15924"


def test_a_clean_list_is_clean() -> None:
    audit = summarise(made := [Entry(label, None, line) for line, label in enumerate(CLEAN, 1)], lint(made))
    assert (audit["wrong"], audit["findings"], audit["tokens"]) == (0, [], None)
    assert audit["entries"] == len(CLEAN)


def test_notes_are_no_faults() -> None:
    made = [Entry("epo_Latn", 10**6, 1), Entry("zxx_Zyyy", 10**6, 2)]
    assert {each.kind for each in lint(made)} == NOTES
    assert summarise(made, lint(made))["wrong"] == 0


def test_small_is_what_the_caller_says() -> None:
    assert [each.kind for each in lint([Entry("eng_Latn", 50, 1)], small=50)] == []
    assert [each.kind for each in lint([Entry("eng_Latn", 49, 1)], small=50)] == ["small"]
    assert lint([Entry("eng_Latn", None, 1)]) == []


def test_findings_come_in_the_order_of_the_kinds() -> None:
    kinds = [each.kind for each in lint(ROWS)]
    assert kinds == sorted(kinds, key=list(KINDS).index)
