"""clock, and what doctor says of the time: in a folder of its own, by the command line."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from bot.__main__ import main
from bot.jobs import clock_guard
from storage.base import key_values
from storage.database import Database
from storage.reminders import holds
from tests.support.commanding import NOW, database, filled, folder, imported, said

__all__ = ["database", "filled", "folder", "imported"]
pytestmark = pytest.mark.both


def stored(database: Database, **values: str) -> None:
    names = {"last": clock_guard.LAST, "doubt": holds.DOUBT}
    with database.write.begin() as db:
        for name, value in values.items():
            key_values.put(db, names[name], value, NOW)


@time_machine.travel(NOW, tick=False)
def test_the_clock_is_shown_and_accepted(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert "这台机器的时间：2026-04-03 10:20" in said(capsys, "clock")
    stored(database, last=NOW.isoformat(), doubt="机器说是")
    assert main(["clock"]) == 1
    assert "时间有疑问：机器说是" in capsys.readouterr().out
    assert "几秒内恢复" in said(capsys, "clock", "accept")
    with database.read.connect() as db:
        assert key_values.get(db, holds.ACCEPTED)


def test_doctor_says_it(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor"])
    assert "正常 时间：时间没有疑问" in capsys.readouterr().out
    stored(database, last=NOW.isoformat(), doubt="机器说是")
    main(["doctor"])
    assert "注意 时间：时间有疑问" in capsys.readouterr().out
    with time_machine.travel(NOW - timedelta(hours=8)):
        assert main(["doctor"]) == 1
    assert (
        "不对 时间：这台机器的时间 2026-04-03 02:20 比机器人上次运行的 2026-04-03 10:20 还早" in capsys.readouterr().out
    )


def test_a_database_that_does_not_open_hides_no_other_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "data").mkdir()
    (folder / "data/bot.db").write_bytes(b"no database" * 99)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///data/bot.db")
    assert main(["doctor"]) == 1
    lines = capsys.readouterr().out
    assert "不对 数据库：" in lines and "端口：" in lines
