"""A short run of the fuzzing of `tests.fuzz`; the long one is `make faults`."""

import random

import pytest

from tests import fuzz


@pytest.mark.parametrize("seed", [1, 2])
def test_mutated_messages_are_read(seed: int) -> None:
    wrong, seen = fuzz.run(1000, seed)
    assert wrong == []
    # They are still messages: most are about check-ins.
    assert seen["checkin"] > 400


def test_every_sample_is_mutated_from() -> None:
    assert len(fuzz.samples()) > 300
    chance, texts = random.Random(3), fuzz.samples()
    assert len({fuzz.mutated(chance, texts) for _ in range(200)}) > 190
