"""What only reads is read beside the writer: nobody waits for it, and its message counts once as any other."""

import asyncio
from pathlib import Path

import pytest

from tests.support.waiting import PATIENCE
from tests.support.way import Slow, Way, planted, play

pytestmark = pytest.mark.both

__all__ = ["planted"]  # a fixture for every test here


def test_others_are_answered_while_somebody_reads(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        await way.together(way.message("记数 1"))
        looking = asyncio.ensure_future(way.pipeline.submit(way.message("慢看", "王老师")))
        await asyncio.to_thread(Slow.begun.wait, PATIENCE)
        assert (await way.pipeline.submit(way.message("记数 2"))).state == "done"
        assert not looking.done()
        # Nothing has been acknowledged, so nothing of it is kept that a crash would lose.
        assert way.states() == ["done"] * 2
        Slow.go_on.set()
        assert (await looking).state == "done"
        assert await way.heard("王老师") == ["看到 1"]

    play(tmp_path, scene)


def test_it_sees_what_came_before_it_is_answered_in_its_turn_and_counts_once(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        Slow.go_on.set()
        look = way.message("慢看")
        outcomes = await way.together(way.message("记数 1"), look, look, way.message("记数 2"))
        assert [each.state for each in outcomes] == ["done"] * 4
        assert sorted(each.repeat for each in outcomes) == [False, False, False, True]
        assert await way.heard() == ["记了 1", "看到 1", "记了 2"]
        many = await way.pipeline.submit_all([way.message("慢看"), way.message("记数 3"), way.message("慢看")])
        assert [each.state for each in many] == ["done"] * 3
        assert await way.heard() == ["看到 2", "记了 3", "看到 3"]


def test_what_one_says_meanwhile_waits_for_what_is_read_and_the_end_waits_for_both(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        looking = asyncio.ensure_future(way.pipeline.submit(way.message("慢看")))
        await asyncio.to_thread(Slow.begun.wait, PATIENCE)
        next_one = asyncio.ensure_future(way.pipeline.submit(way.message("记数 1")))
        assert (await way.pipeline.submit(way.message("记数 2", "王老师"))).state == "done"
        assert not next_one.done()
        stopping = asyncio.ensure_future(way.pipeline.stop())
        Slow.go_on.set()
        assert [(await each).state for each in (looking, next_one)] == ["done"] * 2
        await stopping
        assert way.counts() == {1: 1, 2: 1}

    play(tmp_path, scene)

    play(tmp_path, scene)


def test_a_refusal_is_said_and_what_writes_is_left_to_the_writer(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        Slow.go_on.set()
        assert (await way.pipeline.submit(way.message("慢看 拒"))).state == "done"
        assert await way.heard() == ["不给看。"]
        assert (await way.pipeline.submit(way.message("慢看 写"))).state == "done"
        assert await way.heard() == ["看到 0"]
        assert way.counts() == {1: 1}

    play(tmp_path, scene)
