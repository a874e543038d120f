"""日历 订阅: a link of one's own that other programs read; renewed, revoked, limited, without anybody's name."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet

from bot import web
from bot.links import secret_links
from storage.base.vault import Vault
from storage.reminders import feeds
from tests.support.stage import Bot, running

pytestmark = pytest.mark.both

OUTSIDE = "https://bot.example.cn"


async def link(bot: Bot, words: str = "日历 订阅") -> str:
    [said] = await bot.say("张老师", words)
    found = re.match(rf"{OUTSIDE}(/calendar/\S+\.ics)\n", said)
    assert found
    return found[1]


def test_a_link_is_read_renewed_and_revoked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_links, "A_MINUTE", 3)

    async def scene() -> None:
        async with running(tmp_path, public_url=OUTSIDE) as bot:
            page = web.application(dict, str, bot.app.routes)
            async with httpx.AsyncClient(transport=httpx.ASGITransport(page), base_url="http://here") as client:
                first = await link(bot)
                answer = await client.get(first)
                assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/calendar")
                assert "BEGIN:VEVENT" in answer.text and "张老师" not in answer.text
                assert (await client.post(first)).status_code == 405
                await link(bot, "日历 新链接")
                second = await link(bot, "换日历链接")
                assert [(await client.get(each)).status_code for each in (first, second)] == [404, 200]
                *_, limited = [await client.get(second) for _ in range(3)]
                assert limited.status_code == 429 and limited.headers["retry-after"]
                # Whoever tries secrets is stopped, and nobody else with them.
                third = await link(bot)
                assert (await client.get(third)).status_code == 200
                tried = [(await client.get(f"/calendar/{number:043}.ics")).status_code for number in range(3)]
                assert tried == [404, 404, 429]
                assert (await client.get(f"/digest/{0:043}")).status_code == 429
                assert (await client.get(third)).status_code == 200
                assert await bot.say("张老师", "日历 订阅 停用") == ["好的，链接停用了。"]
                assert (await client.get(third)).status_code == 404

    asyncio.run(scene())


def test_a_stolen_database_makes_no_link(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(tmp_path, public_url=OUTSIDE) as bot:
            token = (await link(bot)).removeprefix("/calendar/").removesuffix(".ics")
            here, other = bot.app.engine.vault, Vault([Fernet.generate_key().decode()])
            with bot.app.engine.database.read.connect() as db:
                assert feeds.person_of(db, here, token) and not feeds.person_of(db, other, token)

    asyncio.run(scene())


def test_without_an_address_there_is_no_link(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(tmp_path) as bot:
            [said] = await bot.say("张老师", "日历订阅")
            assert said.startswith("机器人还没有对外的网址")
            assert not [each for each in bot.app.routes if "calendar" in getattr(each, "path", "")]

    asyncio.run(scene())
