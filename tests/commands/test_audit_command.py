"""`audit` on the command line: what it prints, and when it says that something is wrong."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import delete, func, select, update

from bot.__main__ import main
from storage.base import triggers
from storage.database import Database
from storage.tables import audit
from tests.support.commanding import NOW, database, filled, folder, imported, said

pytestmark = pytest.mark.both

__all__ = ["database", "filled", "folder", "imported"]


@pytest.fixture(autouse=True)
def on_a_friday():
    with time_machine.travel(NOW, tick=False):
        yield


def invite(role: str = "大队辅导员", unit: str = "实验小学") -> None:
    assert main(["invite", "--role", role, "--unit", unit]) == 0


def test_what_the_operator_does_is_there(filled: None, capsys: pytest.CaptureFixture[str]) -> None:
    invite()
    invite("中队辅导员", "育红小学三(2)中队")
    capsys.readouterr()
    assert said(capsys, "audit", "show", "--deed", "开邀请码").splitlines() == [
        "2026-04-03 10:20 系统 开邀请码 青禾区少工委/实验小学 invite:1 大队辅导员",
        "2026-04-03 10:20 系统 开邀请码 青禾区少工委/育红小学/三(2)中队 invite:2 中队辅导员",
    ]
    assert said(capsys, "audit", "show", "--unit", "育红小学").count("\n") == 1
    [line] = said(capsys, "audit", "show", "--subject", "invite:1", "--format", "json").splitlines()
    assert json.loads(line)["about"] == {"role": "brigade"}
    assert said(capsys, "audit", "show", "--since", "2026-04-04") == "没有这样的记录。\n"
    assert "没有叫「李四」的人" in said(capsys, "audit", "show", "--person", "李四", status=1)


def test_a_whole_log_is_said_to_be_whole_and_can_be_held_to_it(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    invite()
    capsys.readouterr()
    first, _, *heads = said(capsys, "audit", "verify").splitlines()
    assert first.startswith("完好：") and heads
    with time_machine.travel(NOW + timedelta(days=1)):
        invite()
    capsys.readouterr()
    again = said(capsys, "audit", "verify", *(f"--seen={head}" for head in heads))
    assert "完好" in again and len(again.splitlines()) == len(heads) + 3
    chain, seq, _ = heads[0].split(":")
    main(["audit", "verify", "--seen", f"{chain}:{seq}:{'0' * 64}"])
    assert "不对：链" in capsys.readouterr().out


def test_a_changed_row_is_named(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    invite()
    with database.write.begin() as db:
        triggers.drop(db)
        db.execute(update(audit).where(audit.c.deed == "invited").values(unit_id=1))
    capsys.readouterr()
    assert main(["audit", "verify"]) == 1
    out = capsys.readouterr().out
    assert "不对：链" in out and "内容和哈希不符" in out


@pytest.mark.parametrize("last", ["import", "invite"])
def test_a_row_cut_before_any_bot_ran_is_told(
    database: Database, last: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command leaves the ends of its chain outside the database too; one that only looks leaves nothing."""
    written = Path("data/audit.heads")
    before = written.read_bytes()
    assert main(["audit", "verify"]) == 0
    assert written.read_bytes() == before
    if last == "invite":
        invite()
    with database.write.begin() as db:
        triggers.drop(db)
        newest = db.scalar(select(func.max(audit.c.id)))
        db.execute(delete(audit).where(audit.c.id == newest))
    for _ in range(2):
        capsys.readouterr()
        assert main(["audit", "verify"]) == 1
        assert "这一条没有了" in capsys.readouterr().out
        assert main(["doctor"]) == 1
        assert "审计日志的末尾没有了" in capsys.readouterr().out
        # What is written over the cut does not cover it up.
        invite()


def test_a_file_that_was_changed_is_left_as_it_is(filled: None, caplog: pytest.LogCaptureFixture) -> None:
    written = Path("data/audit.heads")
    written.write_text("{}")
    invite()
    assert "审计日志的账尾没有另存" in caplog.text and written.read_text() == "{}"
    assert main(["audit", "verify"]) == 1


@pytest.mark.parametrize("argv", [["show", "--deed", "没有的"], ["verify", "--seen", "abc"], []])
def test_what_is_written_wrong_is_said(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["audit", *argv])
    assert stopped.value.code == 2 and "用法" in capsys.readouterr().err
