"""What doctor says of WeCom's robots, without showing a secret or saying a word to anybody."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.channels.group_robot.binding import NAME, chat_of
from bot.channels.robot.channel import lease_of
from bot.channels.robot.events import REFUSED
from storage.base import key_values, leases
from storage.database import Database
from storage.messages import chats
from storage.organisation import units
from tests.support import commanding
from tests.support.commanding import NOW
from tests.support.platforms.fake_robot import FakeRobot
from tests.support.platforms.fake_robot_rules import ROBOT, SECRET

pytestmark = pytest.mark.both

folder, imported, filled, database = commanding.folder, commanding.imported, commanding.filled, commanding.database
KEY = "key-of-the-group"
Doctor = Callable[..., list[str]]


@pytest.fixture(scope="module")
def robot() -> Iterator[FakeRobot]:
    with FakeRobot() as fake:
        yield fake


@pytest.fixture
def doctor(robot: FakeRobot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Doctor:
    def asked(*argv: str, status: int = 0, **settings: str) -> list[str]:
        given = {"WECOM_ROBOT_ID": ROBOT, "WECOM_ROBOT_SECRET": SECRET, "WECOM_ROBOT_URL": robot.url, **settings}
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        assert main(["doctor", *argv]) == status
        out, err = capsys.readouterr()
        assert not any(secret in out + err for secret in (KEY, SECRET, "Traceback"))
        return [line for line in out.splitlines() if re.match(r"\S+ (群推送|智能机器人)：", line)]

    return asked


def test_group_robots_lead_to_units(database: Database, doctor: Doctor) -> None:
    webhooks = f"青禾区少工委/实验小学={KEY};三(2)中队=another;青禾区少工委/育红小学=third-key"
    with database.write.begin() as db:
        unit = units.by_path_names(db, ["青禾区少工委", "育红小学"])
        assert unit is not None
        chats.bind(db, chats.Group(NAME, chat_of("third-key"), "", unit.id, None, True, "2026-W13"), NOW)
        chats.mark_reachable(db, NAME, chat_of("third-key"), False)
    found = doctor(status=1, WECOM_GROUP_WEBHOOKS=webhooks)
    assert [line for line in found if "群推送" in line] == [
        "正常 群推送：群机器人 → 实验小学",
        "不对 群推送：群机器人的单位「三(2)中队」没有找到，或不止一个；请照名册写全称",
        "注意 群推送：青禾区少工委/育红小学的群机器人发不进去：被移出了群或停用了，请换上新的 key",
    ]


@pytest.mark.sqlite("a server's database is there before the bot")
def test_without_a_database_the_groups_wait(folder: Path, doctor: Doctor) -> None:
    found = doctor(WECOM_GROUP_WEBHOOKS=f"实验小学={KEY}")
    assert any(line.startswith("注意 群推送：还没有数据库") for line in found)


def test_the_way_to_the_robots_server_is_tried_and_nobody_put_out(
    folder: Path, doctor: Doctor, robot: FakeRobot
) -> None:
    assert doctor() == [f"正常 智能机器人：连得上 127.0.0.1:{robot.port}"]
    assert robot.subscribed == 0
    (away,) = doctor(status=1, WECOM_ROBOT_URL="ws://127.0.0.1:1")
    assert away.startswith("不对 智能机器人：连不上 127.0.0.1:1（")
    (no_tls,) = doctor(status=1, WECOM_ROBOT_URL=f"wss://127.0.0.1:{robot.port}")
    assert no_tls.startswith("不对 智能机器人：")


def test_the_secret_is_tried_when_that_is_asked_for(folder: Path, doctor: Doctor, robot: FakeRobot) -> None:
    assert doctor("--robot")[-1] == "正常 智能机器人：订阅成功，BotID 和密钥都对"
    refused = doctor("--robot", status=1, WECOM_ROBOT_SECRET="another")[-1]
    assert refused == "不对 智能机器人：订阅没有成功：853000: invalid bot_id or secret"


def test_a_robot_that_runs_or_was_refused(database: Database, doctor: Doctor, robot: FakeRobot) -> None:
    now = datetime.now(UTC)
    with database.write.begin() as db:
        leases.hold(db, lease_of(ROBOT), "serve", now, timedelta(minutes=1))
    before = robot.subscribed
    # The running bot would lose its connection for minutes.
    assert doctor("--robot")[-1] == "正常 智能机器人：机器人正在运行，由它连着" and robot.subscribed == before
    with database.write.begin() as db:
        key_values.put(db, REFUSED, "853000: invalid bot_id or secret", now)
    assert "企业微信不认这个机器人（853000: invalid bot_id or secret）" in doctor(status=1)[-1]
