"""Tables in each of the published layouts."""

from pathlib import Path

import numpy as np
import pytest

from emma.errors import SourceError
from emma.inspect.published.tables import read_tables
from tests.inspect.published.made import write


def test_two_letter_codes_with_the_errors_beside_them_in_per_cent(tmp_path: Path) -> None:
    write(tmp_path, "xcopa", "Model,Avg,et-acc,stderr,sw-acc,stderr", "Llama 2 7B,50,40,2.2,60,2.1")
    (table,) = read_tables(tmp_path)
    assert table.langs == ("est_Latn", "swa_Latn") and table.metric == "acc"
    assert np.allclose(table.values, [[0.4, 0.6]]) and np.allclose(table.errors, [[0.022, 0.021]])
    assert table.stated == [0.5] and table.digits == 2 and np.allclose(table.averages, 0.5)


def test_errors_with_a_hyphen_and_an_average_with_a_suffix(tmp_path: Path) -> None:
    write(tmp_path, "mgsm_cot", "Model,Avg_flexible-match,bn,bn-stderr,te,te-stderr", "Llama 2 7B,6.3,2,.8,10.6,1.9")
    (table,) = read_tables(tmp_path)
    assert table.langs == ("ben_Beng", "tel_Telu") and np.allclose(table.errors, [[0.008, 0.019]])
    assert np.allclose(table.stated, 0.063) and table.digits == 3


def test_two_metrics_are_two_tables_each_with_its_own_average(tmp_path: Path) -> None:
    heading = "Model,Avg,acc_norm,acc_norm_stderr,acc,acc_stderr,khm_Khmr-acc,khm_Khmr-acc_stderr,khm_Khmr-acc_norm"
    write(tmp_path, "belebele", heading, "Llama 2 7B,.3,.2,.01,.3,.01,.3,.015,.2")
    acc, norm = read_tables(tmp_path)
    assert (acc.metric, norm.metric) == ("acc", "acc_norm") and acc.langs == norm.langs == ("khm_Khmr",)
    assert [acc.values.item(), norm.values.item()] == [0.3, 0.2] and [*acc.stated, *norm.stated] == [0.3, 0.2]
    assert acc.errors.item() == 0.015 and np.isnan(norm.errors).all()


def test_directions_of_translation_and_labels_that_stand_as_published(tmp_path: Path) -> None:
    write(tmp_path, "Flores-200-X-Eng-BLEU", "Model,Avg,nqo_Nkoo-eng_Latn,zho_Hant-eng_Latn", "Llama-2-7b-hf,15,5,25")
    write(tmp_path, "nll_pbc", "model,all,jpn_Japn,enm_Latn", "Llama 2 7B,2.5,2,3")
    flores, nll = read_tables(tmp_path)
    assert flores.langs == ("nqo_Nkoo", "zho_Hant") and flores.models == ("Llama 2 7B",)
    assert nll.langs == ("jpn_Japn", "enm_Latn") and nll.stated == [2.5]


def test_what_cannot_be_read_is_said_and_costs_no_more(tmp_path: Path) -> None:
    write(tmp_path, "SIB-200", "Model,Avg,swh_Latn,Klingonish,amh_Ethi", "A,.3,.2,.1,n/a", "", "B,.25,.25", ",,,,")
    (table,) = read_tables(tmp_path)
    assert table.models == ("A", "B") and table.langs == ("swh_Latn", "amh_Ethi")
    assert np.isnan(table.values[:, 1]).all() and np.allclose(table.averages, [0.2, 0.25])
    assert table.unread[0].startswith("column 4, 'Klingonish'")
    assert table.unread[1] == "row 2, column 5: 'n/a' is no number"


def test_a_folder_without_tables_is_one_clear_error(tmp_path: Path) -> None:
    write(tmp_path, "other", "name,size", "a,1")
    (tmp_path / "empty.csv").touch()
    with pytest.raises(SourceError, match=r"has no result tables. Give the folder `evaluation_results`"):
        read_tables(tmp_path)
