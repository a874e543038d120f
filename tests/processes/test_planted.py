"""Whoever judges the bot sees the faults that were planted in it, and none where there is none."""

import time
from pathlib import Path

import pytest
import time_machine

from scheduling.clock import Clock
from tests.faults import planted
from tests.faults.seen import CAUGHT_BY, SCENES, play

pytestmark = [pytest.mark.both, pytest.mark.sqlite("what a disk keeps is looked at in the file")]


# The first is played in tests/pipeline/test_seen.py.
@pytest.mark.parametrize("scene", sorted(SCENES.keys() - {"killed"}))
def test_nothing_is_lost_and_nobody_hears_twice(tmp_path: Path, scene: str) -> None:
    assert play(tmp_path, scene) == []


@pytest.mark.parametrize("fault", CAUGHT_BY)
def test_a_planted_fault_is_seen(tmp_path: Path, fault: str) -> None:
    assert play(tmp_path, CAUGHT_BY[fault], fault) != []


@pytest.mark.parametrize("fault", ["", "timer_by_the_wall"])
def test_a_clock_that_is_put_back_stops_no_ticks(monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    from scheduling import clock

    monkeypatch.setattr(clock, "monotonic", clock.monotonic)
    if fault:
        planted.PLANTS[fault]()
    ticks: list[int] = []
    timer = Clock(lambda: ticks.append(1), 0.1)
    with time_machine.travel(time.time(), tick=True) as machine:
        timer.start()
        end = time.monotonic() + 5
        while len(ticks) < 2 and time.monotonic() < end:
            time.sleep(0.01)
        machine.shift(-180)
        before, end = len(ticks), time.monotonic() + 1.5
        while time.monotonic() < end:
            timer.keep()
            time.sleep(0.05)
        timer.stop()
    assert (len(ticks) - before > 2) is (fault == "")


def test_every_fault_that_can_be_planted_is_looked_for() -> None:
    assert set(planted.PLANTS) == {*CAUGHT_BY, "timer_by_the_wall"}
