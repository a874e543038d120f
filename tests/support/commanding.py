"""The command line in a folder of its own, for the tests of the commands."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from bot.__main__ import main
from bot.commands.doctor.line import LEVELS, NAMES, Line
from storage.database import Database, open_database
from tests.support.databases import POSTGRESQL, copy_of, real, rows_of

ROSTER = """\
组织,类型,姓名,角色,企业微信账号,Telegram ID,应到人数,别名
青禾区少工委,县少工委,王主任,县管理员,wangzr,,,
青禾区少工委/实验小学,学校,李老师,大队辅导员,lils,,,
青禾区少工委/实验小学/三(2)中队,中队,张老师,中队辅导员,zhangls,1234567,42,雷锋中队
青禾区少工委/育红小学,学校,,,,,,
青禾区少工委/育红小学/三(2)中队,中队,,,,,,
"""
NOW = datetime(2026, 4, 3, 2, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, without settings but for a port that is free."""
    for name in [name for name in os.environ if name.startswith(("TELEGRAM_", "NAME_KEY", "DATABASE_URL", "DATA_DIR"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PORT", "0")
    for name, value in real(tmp_path).items():
        monkeypatch.setenv(name.upper(), value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after an import the day before; made once, since migrating takes its time."""
    folder = tmp_path_factory.mktemp("imported")
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, time_machine.travel(NOW - timedelta(days=1)):
        patch.setenv("DATA_DIR", str(folder / "data"))
        for name, value in real(folder).items():
            patch.setenv(name.upper(), value)
        assert main(["import", str(folder / "roster.csv"), "--yes"]) == 0
    return folder / "data"


@pytest.fixture
def filled(imported: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(imported, folder / "data")
    if POSTGRESQL:
        monkeypatch.setenv("DATABASE_URL", copy_of(imported.parent))


@pytest.fixture
def database(filled: None) -> Iterator[Database]:
    opened = open_database(os.environ.get("DATABASE_URL", "sqlite:///data/bot.db"))
    yield opened
    opened.close()


def untouched(folder: Path) -> bool:
    """Whether nothing has been stored: no folder has been made, and on a server no unit."""
    if not POSTGRESQL:
        return not (folder / "data").exists()
    opened = open_database(os.environ["DATABASE_URL"])
    stored = rows_of(opened, "SELECT id FROM unit")
    opened.close()
    return not stored


def said(capsys: pytest.CaptureFixture[str], *argv: str, status: int = 0) -> str:
    """What a command prints on stdout; with another status: on stderr, which holds no traceback."""
    assert main(list(argv)) == status
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return out if status == 0 else err


def of_doctor(printed: str) -> list[Line]:
    """What doctor has printed for people, in the words that programs get."""
    levels, names = ({word: key for key, word in words.items()} for words in (LEVELS, NAMES))
    assert len(names) == len(NAMES)
    heads = [line.partition("：") for line in printed.splitlines()]
    return [(levels[level], names[name], said) for head, _, said in heads for level, name in [head.split(maxsplit=1)]]
