"""Ways out where memory is short."""

from emma.inspect.plan.machines import MACHINES
from emma.inspect.plan.remedies import list_memory_changes, usable_memory
from emma.train.config import TrainConfig

H200 = MACHINES["H200"]


def test_ways_out_go_one_way() -> None:
    found = list(
        list_memory_changes(TrainConfig(micro_batch=4, activation_checkpointing="selective", optimizer_states="bf16"))
    )
    assert found[:2] == [{"micro_batch": 2}, {"micro_batch": 1}]
    assert found[2] == {"micro_batch": 1, "activation_checkpointing": "full"}
    assert found[3] == found[2] | {"optimizer_states": "int8"}
    assert len(found) == 4


def test_room_is_left_for_the_allocator() -> None:
    assert 0.9 * H200.memory < usable_memory(H200) < 0.97 * H200.memory
