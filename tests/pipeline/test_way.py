"""The way of a message: together, each at its own risk, repeats, sums, buttons."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.way import SECRET, Switch, Way, planted, play

pytestmark = pytest.mark.both

__all__ = ["planted"]  # a fixture for every test here

# Together, and each at its own risk


def test_what_waits_is_one_commit(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        before = way.pipeline.commits
        outcomes = await way.together(*(way.message(f"记数 {n}") for n in range(1, 26)))
        assert way.pipeline.commits - before == 2  # The one that held the writer, and one for all twenty-five.
        assert {outcome.state for outcome in outcomes} == {"done"}
        assert way.counts() == dict.fromkeys(range(1, 26), 1)
        assert await way.heard() == [f"记了 {n}" for n in range(1, 26)]
        way.sums_are_right()

    play(tmp_path, scene)


def test_a_bug_costs_its_own_message_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scene(way: Way) -> None:
        texts = ("记数 1", f"砰 2 {SECRET}", "记数 3", "先记后拒 4", "记数 5")
        before = way.pipeline.commits
        outcomes = await way.together(*(way.message(text) for text in texts))
        assert way.pipeline.commits - before == 2
        assert [outcome.state for outcome in outcomes] == ["done", "failed", "done", "done", "done"]
        assert way.counts() == {1: 1, 3: 1, 5: 1}
        number = outcomes[1].inbox_id
        sorry = f"抱歉，这条消息没有处理好，已经保存（编号 {number}）。管理员会处理，请不要重发。"
        assert await way.heard() == ["记了 1", sorry, "记了 3", "不能这样。", "记了 5"]
        way.sums_are_right()

    play(tmp_path, scene)
    assert SECRET not in caplog.text, "the log must not hold what people write"
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("practice.db*"))
    assert SECRET.encode() not in raw and SECRET.encode("utf-16-le") not in raw


def test_replay_handles_it_once_as_of_the_day_it_came(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        transactions = way.bot.app.engine.transactions()
        # 09:00 in Shanghai is the day before in UTC once it is earlier than 08:00.
        way.bot.clock.ahead -= way.bot.clock.now() - way.bot.clock.now().replace(hour=6)
        message = way.message(f"砰 2 {SECRET}")
        [failed] = await way.together(message)
        assert await way.heard() == [
            f"抱歉，这条消息没有处理好，已经保存（编号 {failed.inbox_id}）。管理员会处理，请不要重发。"
        ]
        assert await asyncio.to_thread(transactions.replay, failed.inbox_id) == "failed"
        assert await way.heard() == [], "the number was told before"
        Switch.bug = False
        assert await asyncio.to_thread(transactions.replay, failed.inbox_id) == "done"
        assert await way.heard() == ["好了 2 2026-04-03"]
        with pytest.raises(LookupError):
            await asyncio.to_thread(transactions.replay, failed.inbox_id)
        [again] = await way.together(message)
        assert (again.inbox_id, again.state, again.repeat) == (failed.inbox_id, "done", True)
        assert way.counts() == {2: 1} and await way.heard() == []
        way.sums_are_right()

    play(tmp_path, scene)


@pytest.mark.parametrize("text", ["没话 7", "坏附件 7"])
def test_an_answer_that_cannot_be_said_is_a_bug_like_any_other(tmp_path: Path, text: str) -> None:
    """Else the platform would bring the message again and again, and Telegram nothing after it."""

    async def scene(way: Way) -> None:
        outcomes = await way.together(way.message("记数 1"), way.message(text), way.message("记数 3"))
        assert [getattr(each, "state", each) for each in outcomes] == ["done", "failed", "done"]
        first, sorry, last = await way.heard()
        assert (first, last) == ("记了 1", "记了 3") and f"编号 {outcomes[1].inbox_id}" in sorry
        assert way.counts() == {1: 1, 3: 1}
        way.sums_are_right()

    play(tmp_path, scene)


def test_a_message_with_half_a_character_can_fail_and_be_kept(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        bad = way.message("砰 2 \ud800", button="", name="\udfff")
        [outcome] = await way.together(bad)
        assert getattr(outcome, "state", outcome) == "failed"
        Switch.bug = False
        assert await asyncio.to_thread(way.bot.app.engine.transactions().replay, outcome.inbox_id) == "done"

    play(tmp_path, scene)


# Repeats


def test_repeats_get_the_same_answer_and_change_nothing(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        good, bad = way.message("记数 1"), way.message("砰 2 x")
        same_batch = await way.together(good, bad, good, bad, good)
        later = await way.together(bad, good)
        parallel = await asyncio.gather(*(way.pipeline.submit(good) for _ in range(20)))
        outcomes = [*same_batch, *later, *parallel]
        assert [outcome.repeat for outcome in outcomes] == [False, False] + [True] * 25
        said = {outcome.state: way.bot.app.stage.replies(outcome.inbox_id, "张老师") for outcome in outcomes}
        assert [reply["text"] for reply in said["done"]] == ["记了 1"]
        assert [reply["text"][:2] for reply in said["failed"]] == ["抱歉"]
        assert len({(outcome.inbox_id, outcome.state) for outcome in outcomes}) == 2
        assert way.counts() == {1: 1} and len(await way.heard()) == 2
        way.sums_are_right()

    play(tmp_path, scene)


def test_the_same_words_with_another_id_are_another_message(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        message = way.message("帮助")
        other_channel = replace(message, channel="other")
        outcomes = await way.together(message, other_channel, way.message("帮助"))
        assert [outcome.repeat for outcome in outcomes] == [False] * 3
        assert len({outcome.inbox_id for outcome in outcomes}) == 3

    play(tmp_path, scene)


# Sums


def test_sums_are_right_whatever_fails_around_them(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        texts = ["记数 1", "砰 2 x", "汇总", "记数 3", "汇总 砰", "先记后拒 4", "记数 5", "汇总 再砰", "砰 6 x", "汇总"]
        outcomes = await way.together(*(way.message(text) for text in texts))
        states = [outcome.state for outcome in outcomes]
        assert states == ["done", "failed", "done", "done", "failed", "done", "done", "failed", "failed", "done"]
        assert [text for text in await way.heard() if text.startswith("共")] == ["共 1", "共 3"]
        way.sums_are_right()
        await way.together(way.message("汇总 砰"), way.message("记数 7"), way.message("记数 9"))
        way.sums_are_right()
        assert set(way.counts()) == {1, 3, 5, 7, 9}

    play(tmp_path, scene)


# Buttons


async def press(way: Way, person: str, pressed: str, chat: str = "") -> str:
    message = replace(way.message("", person, button=pressed), chat=chat or person)
    [outcome] = await way.together(message)
    assert outcome.state == "done"
    return way.bot.app.stage.replies(outcome.inbox_id, chat or person)[0]["text"]


async def buttons(way: Way, said: str) -> list[str]:
    """The ids of those under the answer."""
    await way.together(way.message(said))
    await way.bot.send()
    return [button["id"] for button in way.bot.new("张老师")[-1]["buttons"]]


def test_buttons_belong_to_a_person_and_a_chat(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        await way.together(way.message("出题"))
        await way.bot.send()
        button = way.bot.new("张老师")[-1]["buttons"][0]["id"]
        for_others, gone = "这个按钮是给别人的", "这个按钮已经失效"
        assert (await press(way, "李老师", button)).startswith(gone)
        assert (await press(way, "李老师", button, chat="张老师")).startswith(for_others)
        assert (await press(way, "陌生人", button, chat="张老师")).startswith(for_others)
        for wrong in ("x", "x.0", button.split(".")[0], f"{button}9", button[:-1] + "-1", button[:-1] + "二", "." * 64):
            assert (await press(way, "张老师", wrong)).startswith(gone), wrong
        assert way.counts() == {}
        assert await press(way, "张老师", button) == "记了 25"
        assert way.counts() == {25: 1}

    play(tmp_path, scene)


def test_a_button_means_what_its_feature_said(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        answer, command, unknown = await buttons(way, "选班")
        # What reads like a command is an answer all the same; arguments come as they are.
        assert await press(way, "张老师", answer) == "选了 记数 7"
        assert await press(way, "张老师", command) == "帮助 甲。 ~"
        assert (await press(way, "张老师", unknown)).startswith("这个按钮已经失效")
        # The question is answered; the button says so, and an answer to the next one is not taken from it.
        assert (await press(way, "张老师", answer)).startswith("这个问题已经处理过")
        await buttons(way, "选班")
        assert (await press(way, "张老师", answer)).startswith("这个问题已经处理过")
        assert way.counts() == {}

    play(tmp_path, scene)


def test_buttons_of_an_earlier_version_work(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        answer, command, _ = await buttons(way, "选班")
        await way.write("""UPDATE card SET orders = NULL, commands = '["三班", "记数 26。", "没有"]' RETURNING token""")
        assert await press(way, "张老师", command) == "记了 26"
        assert await press(way, "张老师", answer) == "选了 三班"

    play(tmp_path, scene)
