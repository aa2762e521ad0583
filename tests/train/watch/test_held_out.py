"""The held-out text: what is chosen of it, how many bytes it is, and how it lies in sequences."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from emma.errors import RecipeError
from emma.store.address import hash64
from emma.tokens.samples import Samples
from emma.train.batch import IGNORE
from emma.train.config import TrainConfig
from emma.train.watch.held_out import HeldOut, HeldOutText, count_text_bytes, lay_into_sequences, read_held_out
from tests.train.conftest import BOS, LENGTH
from tests.train.held_out_text import HELD_OUT, add_held_out, change_plan, character


def read(inputs, **settings) -> HeldOut:
    samples = Samples(inputs["pack"], inputs["mix"])
    return read_held_out(samples, inputs["adapt"].path / "model", TrainConfig(**settings))


def text_bytes(ids) -> int:
    return len("".join(map(character, ids)).encode())


def test_all_of_it_is_there_once(world) -> None:
    held_out = read(add_held_out(world()))
    assert [(each.lang, each.domain) for each in held_out.groups] == list(HELD_OUT)
    assert [each.tier for each in held_out.groups] == ["tiny", None, "tiny", "tiny", None]
    for number, (group, documents) in enumerate(zip(held_out.groups, HELD_OUT.values(), strict=True)):
        predicted = [each[1:] for each in documents]
        assert (group.documents, group.tokens) == (len(documents), sum(map(len, predicted)))
        assert group.bytes == sum(map(text_bytes, predicted))
        found = held_out.targets[(held_out.owners == number) & (held_out.targets != IGNORE)]
        assert sorted(found.tolist()) == sorted(token for each in predicted for token in each)


def test_every_target_follows_its_input_and_has_its_own_document_before_it(world) -> None:
    held_out = read(add_held_out(world()))
    pieces = {tuple(each[at : at + LENGTH + 1]) for texts in HELD_OUT.values() for each in texts
              for at in range(0, len(each) - 1, LENGTH)}  # fmt: skip
    found = set()
    for inputs, targets, positions in zip(held_out.inputs, held_out.targets, held_out.positions, strict=True):
        begins = [*np.flatnonzero(positions == 0).tolist(), LENGTH]
        for first, last in pairwise(begins):
            assert positions[first:last].tolist() == list(range(last - first))
            if targets[first] != IGNORE:
                found.add((*inputs[first:last].tolist(), int(targets[last - 1])))
                assert inputs[first + 1 : last].tolist() == targets[first : last - 1].tolist()
            else:
                assert (targets[first:last] == IGNORE).all()
    assert found == pieces
    assert len(held_out.inputs) == -(-sum(len(each) - 1 for each in pieces) // LENGTH)  # best fit wastes nothing here


def test_a_budget_takes_documents_by_hash_over_all_domains_and_cuts_the_last(world) -> None:
    held_out = read(add_held_out(world()), evaluate_tokens=10)
    wanted = {}
    for lang in sorted({lang for lang, _ in HELD_OUT}):
        documents = [(hash64(f"{lang}:{domain}#{number}"), domain, each) for (own, domain), texts in HELD_OUT.items()
                     if own == lang for number, each in enumerate(texts)]  # fmt: skip
        left = 10
        for _, domain, each in sorted(documents):
            if taken := each[1 : 1 + left]:
                wanted.setdefault((lang, domain), []).append(taken)
                left -= len(taken)
    for group in held_out.groups:
        chosen = wanted.get((group.lang, group.domain), [])
        assert (group.documents, group.tokens) == (len(chosen), sum(map(len, chosen)))
        assert group.bytes == sum(map(text_bytes, chosen))
    assert sum(group.tokens for group in held_out.groups if group.lang == "yor_Latn") == 10


def test_without_a_beginning_token_the_first_one_of_the_text_is_given(world) -> None:
    inputs = add_held_out(world())
    change_plan(inputs["mix"].path, bos=None)
    group = read(inputs).groups[0]
    documents = HELD_OUT["amh_Ethi", "web"]
    assert group.bytes == sum(text_bytes(each[1:]) for each in documents)
    assert group.tokens == sum(len(each) - 1 for each in documents)


def test_the_end_of_a_text_is_no_part_of_it(world) -> None:
    inputs = add_held_out(world(), {("amh_Ethi", "web"): [[BOS, 5, 6, 7, 2], [BOS, 2]]})
    change_plan(inputs["mix"].path, eos=2)
    held_out = read(inputs)
    assert (held_out.groups[0].documents, held_out.groups[0].tokens) == (1, 3)
    assert held_out.groups[0].bytes == text_bytes([5, 6, 7])
    assert held_out.targets[held_out.targets != IGNORE].tolist() == [5, 6, 7]


def test_where_documents_are_not_masked_each_piece_is_alone() -> None:
    texts = [HeldOutText(0, np.arange(1, 8), 7), HeldOutText(1, np.arange(1, 3), 1)]
    inputs, targets, positions, owners = lay_into_sequences(texts, 4, alone=True)
    assert inputs.tolist() == [[1, 2, 3, 4], [5, 6, 0, 0], [1, 0, 0, 0]]
    assert targets.tolist() == [[2, 3, 4, 5], [6, 7, IGNORE, IGNORE], [2, IGNORE, IGNORE, IGNORE]]
    assert positions.tolist() == [[0, 1, 2, 3], [0, 1, 0, 1], [0, 0, 1, 2]]
    assert owners[targets != IGNORE].tolist() == [0] * 6 + [1]


@pytest.mark.parametrize("documents", [{}, {("amh_Ethi", "web"): [[BOS]]}], ids=["none", "empty"])
def test_no_held_out_text_is_refused(world, documents) -> None:
    with pytest.raises(RecipeError, match=r"no held-out text .* curate.validation_share"):
        read(add_held_out(world(), documents))


class OneByteEach:
    """A tokenizer whose ids are bytes."""

    def decode_batch(self, texts: list[list[int]], *, skip_special_tokens: bool) -> list[str]:
        return [bytes(ids).decode(errors="replace") for ids in texts]


@pytest.mark.parametrize("begins_with_text", [True, False])
@pytest.mark.parametrize(("cut", "size"), [(4, 3), (3, 0), (2, 0)])
def test_a_character_that_is_cut_has_no_bytes(monkeypatch, begins_with_text: bool, cut: int, size: int) -> None:
    monkeypatch.setattr("emma.train.watch.held_out.open_tokenizer", lambda _: OneByteEach())
    ids = np.array([*"aአ".encode()][:cut])
    assert count_text_bytes([ids], Path(), begins_with_text=begins_with_text) == [size]
