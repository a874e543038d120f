"""Walks everything that the features declare: who may, what the examples do, how long the texts are."""

import ast
import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.dispatch.features import Features, collect, modules
from handlers.programmes import signing
from handlers.registry import Command
from storage.people.people import Role
from storage.tables import metadata
from tests.support.process import ROOT
from tests.support.stage import Bot, running

pytestmark = pytest.mark.both

FEATURES: Features = collect(modules())
# What serves no person: written for every message, allowed or not.
ALWAYS_WRITTEN = {"inbox", "outbox", "screen", "card", "audit", "lease"}
# Where somebody wrote last.
ALWAYS_NOTED = {"heard_on"}
# One person of each role in the practice district.
CAST = {
    Role.COUNSELOR: "张老师",
    Role.BRIGADE: "李老师",
    Role.SCHOOL_ADMIN: "刘校长",
    Role.SUPERVISOR: "林老师",
    Role.COUNTY_ADMIN: "王主任",
    Role.CITY_ADMIN: "罗主任",
    Role.PROVINCE_ADMIN: "贺主任",
    Role.INSPECTOR: "方老师",
    Role.OUTSIDE_COUNSELOR: "姜老师",
    Role.VOLUNTEER: "陶老师",
    Role.STATION_HEAD: "魏站长",
    Role.GROUP_HEAD: "谢组长",
    Role.CARE_ADMIN: "戚主任",
    Role.DATA_OFFICER: "金老师",
}

SCREEN = 20


def test_the_cast_has_every_role() -> None:
    assert set(CAST) == set(Role)


@pytest.mark.parametrize("command", FEATURES.commands, ids=lambda command: command.words[0])
def test_every_example_is_exactly_this_command(command: Command) -> None:
    for example in command.examples:
        found = FEATURES.command_in(example)
        assert found is not None and found[0] is command
    assert command.help and len(command.help) <= 24
    assert command.examples


def lines_on_a_phone(text: str) -> int:
    """Of 20 characters each, as a chat shows them."""
    return sum(max(1, -(-len(line) // 20)) for line in text.splitlines())


def test_every_button_names_a_declared_command_or_is_an_answer() -> None:
    """As far as it is written there: a word, and its arguments apart from it."""
    made = [
        (path.name, node)
        for path in (ROOT / "handlers").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Button"
    ]
    words = [(name, node.args[1]) for name, node in made if len(node.args) > 1]
    written = [(name, word.value) for name, word in words if isinstance(word, ast.Constant)]
    assert [each for each in written if each[1] not in FEATURES.by_word] == []
    assert [ast.unparse(word) for _, word in words if isinstance(word, ast.JoinedStr)] == []
    answers = [name for name, node in made if any(each.arg == "answer" for each in node.keywords)]
    assert len(written) > 40 and len(answers) > 5 and len(words) + len(answers) == len(made)


def contents(bot: Bot) -> dict[str, list[tuple[object, ...]]]:
    with bot.read() as db:
        tables = [table for table in metadata.sorted_tables if table.name not in ALWAYS_WRITTEN]
        kept = {table: [each for each in table.c if each.name not in ALWAYS_NOTED] for table in tables}
        return {table.name: sorted(map(tuple, db.execute(select(*of))), key=str) for table, of in kept.items()}


def test_who_may_not_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    async def walk() -> None:
        async with running(tmp_path) as bot:
            before = contents(bot)
            tried = 0
            for role, person in CAST.items():
                for command in FEATURES.commands:
                    if command.who and role not in command.who:
                        [*_, answer] = await bot.say(person, command.examples[0])
                        word = command.words[0]
                        # Whoever decides on cases, and on no medals, is shown these: none.
                        cases = word == "待审" and role in signing.REVIEWERS and answer == "没有等您办的事项。"
                        assert answer.startswith(f"「{word}」您目前不能用") or cases, (role, word)
                        tried += 1
            assert tried > 50
            assert contents(bot) == before

    asyncio.run(walk())


def test_a_stranger_gets_one_sentence_and_no_data(tmp_path: Path) -> None:
    async def walk() -> None:
        async with running(tmp_path) as bot:
            before = contents(bot)
            for command in FEATURES.commands:
                if command.words[0] not in ("加入", "隐私"):
                    answers = await bot.say("陌生人", command.examples[0])
                    assert [answer for answer in answers if "请向学校大队辅导员要一个邀请码" in answer] == answers[-1:]
            assert contents(bot) == before

    asyncio.run(walk())


def _named_in(said: str) -> set[str]:
    """The commands that the lines of 帮助 name."""
    lines = [line.partition("等 ")[0] for line in said.splitlines() if "：" in line and not line.endswith("：")]
    return {word for line in lines for word in line.rpartition("：")[2].split("、")}


def test_help_names_what_this_person_may_and_no_more(tmp_path: Path) -> None:
    async def walk() -> None:
        async with running(tmp_path) as bot:
            others = [command for command in FEATURES.commands if command.words[0] != "帮助"]
            for role, person in {**CAST, None: "陌生人"}.items():
                said = (await bot.say(person, "帮助"))[-1]
                named = _named_in(said) & {each.words[0] for each in others}
                mine = [each for each in others if each.listed and role and (not each.who or role in each.who)]
                # The most used; the others by topic.
                assert named <= {each.words[0] for each in mine}
                assert lines_on_a_phone(said) <= SCREEN
                for topic in {each.group for each in mine}:
                    told = (await bot.say(person, f"帮助 {topic}"))[-1]
                    named |= _named_in(told) | {line.partition(" - ")[0] for line in told.splitlines()}
                    named.add(told.partition("：")[0])
                assert {each.words[0] for each in mine} <= named, person
                # Each topic, and each command's examples, fit one screen as well.
                for words in {each for command in others if role for each in (command.group, command.words[0])}:
                    assert lines_on_a_phone((await bot.say(person, f"帮助 {words}"))[-1]) <= SCREEN, (person, words)

    asyncio.run(walk())
