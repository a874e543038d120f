"""Steps of the clock that are small, one by one: together they are a large one, over restarts of one boot too."""

from datetime import timedelta

import pytest

from tests.reminders.test_wrong_clock import HOUR, Bot, Home, Machine, home

__all__ = ["home"]
pytestmark = pytest.mark.both


@pytest.mark.parametrize("step", [9, -9, 1], ids=str)
@pytest.mark.parametrize("restarts", [False, True])
def test_many_small_steps_are_a_large_one_over_restarts_too(step: int, restarts: bool, home: Home) -> None:
    """Held against seconds alone: no platform says what time it is."""
    doubts: list[str] = []

    async def scene(bot: Bot) -> None:
        for _ in range(1 if restarts else 12):
            machine.on(timedelta(seconds=5))
            machine.at += timedelta(minutes=step)
            await bot.tick(sends=False)
            doubts.append(bot.clock.doubt)

    machine = Machine(boot="a")
    for _ in range(12 if restarts else 1):
        home.play(machine, scene)
        machine = Machine(machine.at, machine.seconds, "a")
    first = next(number for number, doubt in enumerate(doubts) if doubt)
    # A look or two more where a restart took what it found for the beginning.
    assert first in range(10 // abs(step), 10 // abs(step) + 2) and "应该是" in doubts[first]


def test_what_clocks_are_set_by_in_a_week_is_no_step_and_a_rest_of_the_same_boot_no_doubt(home: Home) -> None:
    async def week(bot: Bot) -> None:
        for _ in range(7 * 24):
            machine.on(HOUR)
            machine.at += timedelta(seconds=15)
            await bot.app.pipeline.do(bot.app.ticker.guard.look)
            assert not bot.clock.doubt

    machine = Machine(boot="a")
    home.play(machine, week)
    machine = Machine(machine.at + 9 * HOUR, machine.seconds + 9 * 3600, "a")
    home.play(machine, _sure)
    # Of another boot nobody knows how long it was.
    machine = Machine(machine.at + HOUR, 1000.0, "b")
    with pytest.raises(AssertionError, match="机器人上次运行到"):
        home.play(machine, _sure)


async def _sure(bot: Bot) -> None:
    assert not bot.clock.doubt
