"""What doctor says of WeCom's robots, without showing a secret or saying a word to anybody."""

from pathlib import Path

import pytest

from bot.__main__ import main
from bot.channels.group_robot import NAME, chat_of
from storage import chats, units
from storage.database import Database
from tests import commanding
from tests.commanding import NOW

folder, imported, filled, database = commanding.folder, commanding.imported, commanding.filled, commanding.database
KEY = "key-of-the-group"


def doctor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], status: int = 0, **settings: str
) -> list[str]:
    """The lines about the group robots and the robot."""
    given = {"WECOM_ROBOT_ID": "aibRobot", "WECOM_ROBOT_SECRET": "robot-secret", **settings}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert main(["doctor"]) == status
    out, err = capsys.readouterr()
    assert not any(secret in out + err for secret in (KEY, "robot-secret", "Traceback"))
    return [line for line in out.splitlines() if line.split()[1] in ("groups:", "robot:")]


def test_group_robots_lead_to_units(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    webhooks = f"青禾区少工委/实验小学={KEY};三(2)中队=another;青禾区少工委/育红小学=third-key"
    with database.write.begin() as db:
        unit = units.by_path_names(db, ["青禾区少工委", "育红小学"])
        assert unit is not None
        chats.bind(db, chats.Group(NAME, chat_of("third-key"), "", unit.id, None, True, "2026-W13"), NOW)
        chats.mark_reachable(db, NAME, chat_of("third-key"), False)
    found = doctor(monkeypatch, capsys, 1, WECOM_GROUP_WEBHOOKS=webhooks)
    assert [line for line in found if "groups" in line] == [
        "ok groups: 群机器人 → 实验小学",
        "fail groups: 群机器人的单位「三(2)中队」没有找到,或不止一个;请照名册写全称",
        "warn groups: 青禾区少工委/育红小学的群机器人发不进去:被移出了群或停用了,请换上新的 key",
    ]


def test_without_a_database_the_groups_wait(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = doctor(monkeypatch, capsys, WECOM_GROUP_WEBHOOKS=f"实验小学={KEY}")
    assert any(line.startswith("warn groups: 还没有数据库") for line in found)
