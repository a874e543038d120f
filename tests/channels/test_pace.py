"""How fast a bot may speak: windows in a chat, and a turnstile over all of them."""

import asyncio
from time import monotonic

from bot.channels.pace import Turnstile, Windows


def test_a_chat_gets_three_at_once_and_then_three_in_three_seconds() -> None:
    time = [100.0]
    pace = Windows((3, 3.0), clock=lambda: time[0])
    assert [pace.take("5") for _ in range(7)] == [0, 0, 0, 3, 3, 3, 6]
    assert pace.take("6") == 0
    time[0] += 10
    assert [pace.take("5") for _ in range(4)] == [0, 0, 0, 3]
    pace.hold("5", 30)
    assert (pace.wait("5"), pace.wait("6"), pace.take("5")) == (30, 0, 30)
    time[0] += 31
    assert pace.wait("5") == 0


def test_a_group_gets_twenty_a_minute_besides() -> None:
    time = [100.0]
    pace = Windows((3, 3.0), (20, 60.0), clock=lambda: time[0])
    times = []
    for _ in range(45):
        time[0] += pace.take("-5")
        times.append(time[0])
    assert all(times[start + 20] - times[start] >= 60 for start in range(len(times) - 20))
    assert times[2] == 100.0 and times[19] - times[0] == 18.0


def test_several_wait_until_there_is_room_for_all_of_them() -> None:
    time = [0.0]
    pace = Windows((16, 60.0), clock=lambda: time[0])
    for _ in range(14):
        pace.count("a", "b")
        time[0] += 1
    assert [pace.wait("a", wanted) for wanted in (1, 2, 3, 5, 16, 99)] == [0, 0, 46, 48, 59, 59]
    assert pace.wait("c", 99) == 0


def test_a_thousand_an_hour() -> None:
    now = [0.0]
    pace = Windows((25, 60.0), (900, 3600.0), clock=lambda: now[0])
    for _ in range(900):
        now[0] += pace.wait("a")
        assert pace.wait("a") == 0.0
        pace.count("a")
    assert 3600 - now[0] - 1 < pace.wait("a") <= 3600
    assert pace.wait("b") == 0.0


def test_who_was_silent_is_forgotten() -> None:
    time = [0.0]
    pace = Windows((3, 3.0), clock=lambda: time[0])
    for number in range(10_000):
        time[0] += 0.01
        pace.count(str(number))
    assert len(pace._times) < 2500 and [pace.take("9999") for _ in range(3)] == [0, 0, 3]


def test_answers_go_before_notices_and_no_faster_than_the_limit() -> None:
    async def run() -> list[str]:
        gate, order = Turnstile(25), []

        async def go(name: str, notice: bool) -> None:
            await gate.through(notice)
            order.append(name)

        notices = [asyncio.create_task(go(f"n{each}", True)) for each in range(6)]
        await asyncio.sleep(0)
        gone = asyncio.create_task(go("gone", False))
        await asyncio.sleep(0)
        gone.cancel()
        # At once when the first is through: after a fixed time a slow machine has let more of them go.
        while not order:
            await asyncio.sleep(0)
        began = monotonic()
        answers = [asyncio.create_task(go(f"a{each}", False)) for each in range(4)]
        await asyncio.gather(*notices, *answers)
        assert monotonic() - began > 0.2
        return order

    order = asyncio.run(run())
    first = order.index("a0")
    assert first <= 3 and order[first : first + 4] == ["a0", "a1", "a2", "a3"]


def test_ten_thousand_within_a_minute_are_not_gone_through_for_each_of_them() -> None:
    looked = [0]

    def clock() -> float:
        looked[0] += 1
        return 100.0 + looked[0] / 1000

    pace = Windows((3, 3600.0), clock=clock)
    pace.count(*map(str, range(10_000)))
    assert looked[0] < 10_010
    assert pace.wait("9999", 3) > 3000
