"""The sheet of codes that is asked for on Telegram has the link that opens the chat with the code in it."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from storage.base import key_values
from storage.people import people
from tests.channels.telegram.conftest import Play
from tests.support.platforms.fake_telegram import FakeTelegram
from tests.support.platforms.platform_stage import START
from tests.support.platforms.telegram_stage import WANG, Stage

pytestmark = pytest.mark.both


def test_each_code_has_its_link(play: Play, fake: FakeTelegram) -> None:
    async def talk(stage: Stage) -> None:
        with stage.app.engine.database.write.begin() as db:
            key_values.put(db, "telegram name 123456", "our_bot", START)
            zhao = people.add(db, "赵老师", START)
            people.give(db, zhao, people.Role.COUNSELOR, stage.squads[0], START - timedelta(days=3))
        await stage.say(WANG, "邀请 全部")
        await stage.say(WANG, "核对名单")
        [sheet, *_] = load_workbook(io.BytesIO(fake.sent_to(WANG)[-1]["document"])).worksheets
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        head = next(row for row in rows if "邀请码" in row)
        [zhao_row] = [row for row in rows if row[0] == "赵老师"]
        code, link = (zhao_row[head.index(name)] for name in ("邀请码", "链接"))
        assert code and link == f"https://t.me/our_bot?start={code}"

    play(talk)
