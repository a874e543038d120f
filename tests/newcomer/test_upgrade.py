"""make upgrade as a teacher runs it: a clone, a database of before, a newer program; and one whose migration breaks."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from storage.migrate import HEAD
from tests.support import commanding
from tests.support.process import ROOT, Serving

pytestmark = [pytest.mark.both, pytest.mark.sqlite("what goes back by itself is a file")]

folder, imported, filled = commanding.folder, commanding.imported, commanding.filled
UNREACHABLE = f"TELEGRAM_TOKEN=123456789:{'A' * 35}\nTELEGRAM_API_URL=http://127.0.0.1:9/bot\n"
BREAKS = """
revision = "9998"
down_revision = "{head}"


def upgrade() -> None:
    raise RuntimeError("this migration does not work")
"""


def git(where: Path, *argv: str) -> str:
    named = ("-c", "user.name=t", "-c", "user.email=t@example.cn")
    return subprocess.run(["git", *named, *argv], cwd=where, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Where the program is fetched from: the files of now."""
    there = tmp_path / "source"
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for each in filter(None, names.split("\0")):
        if not each.startswith("tests/") and (ROOT / each).is_file():
            (there / each).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / each, there / each)
    git(there.parent, "init", "-q", "-b", "main", str(there))
    git(there, "add", "-A")
    git(there, "commit", "-qm", "before")
    return there


@pytest.fixture
def installed(source: Path, filled: None, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The teacher's clone, with data; its packages are those that run this test."""
    here = folder / "installed"
    git(folder, "clone", "-q", str(source), str(here))
    (folder / "data").rename(here / "data")
    (here / ".venv" / "bin").mkdir(parents=True)
    python = here / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    stamp = here / ".venv" / ".installed"
    stamp.touch()
    os.utime(stamp, (time.time() + 3600,) * 2)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return here


def upgrade(here: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", "upgrade"], cwd=here, capture_output=True, text=True, timeout=300)


def revision(here: Path) -> str:
    with closing(sqlite3.connect(here / "data" / "bot.db")) as db:
        return str(db.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_a_newer_program_comes_with_a_verified_backup(source: Path, installed: Path) -> None:
    (source / "README.md").write_text("newer\n", encoding="utf-8")
    git(source, "commit", "-qam", "newer")
    done = upgrade(installed)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "升级好了" in done.stdout and git(installed, "rev-parse", "HEAD") == git(source, "rev-parse", "HEAD")
    assert len(list(installed.glob("before-upgrade-*.backup"))) == 1 and revision(installed) == HEAD


def test_what_failed_before_is_no_fault_of_the_upgrade(source: Path, installed: Path) -> None:
    """A platform that cannot be reached keeps nobody from a newer program."""
    (installed / ".env").write_text(UNREACHABLE, encoding="utf-8")
    git(source, "commit", "-q", "--allow-empty", "-m", "newer")
    done = upgrade(installed)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "不对 Telegram" in done.stdout and "升级以前就有" in done.stderr and "升级好了" in done.stdout


def test_a_bot_that_runs_is_not_upgraded(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = installed.parent / "other"
    other.mkdir()
    bot = Serving(other)
    try:
        monkeypatch.setenv("PORT", str(urlsplit(bot.url).port))
        done = upgrade(installed)
    finally:
        bot.stop()
    assert done.returncode != 0 and "请先停掉它" in done.stderr
    assert not list(installed.glob("*.backup"))


def test_a_migration_that_breaks_is_undone(source: Path, installed: Path) -> None:
    was = git(installed, "rev-parse", "HEAD")
    (source / "storage" / "migrations" / "versions" / "9998_breaks.py").write_text(BREAKS.format(head=HEAD))
    text = (source / "storage" / "migrate.py").read_text(encoding="utf-8")
    (source / "storage" / "migrate.py").write_text(text.replace(f'HEAD = "{HEAD}"', 'HEAD = "9998"'), encoding="utf-8")
    git(source, "add", "-A")
    git(source, "commit", "-qm", "breaks")
    done = upgrade(installed)
    assert done.returncode != 0
    assert "升级没有成功（改表）" in done.stderr and "数据和升级前一样" in done.stderr, done.stderr
    assert git(installed, "rev-parse", "HEAD") == was and revision(installed) == HEAD
    assert git(installed, "branch", "--show-current") == "main", "the next upgrade is pulled"


def test_a_changed_program_is_not_pulled_over(installed: Path) -> None:
    (installed / "README.md").write_text("my own\n", encoding="utf-8")
    done = upgrade(installed)
    assert done.returncode != 0 and "什么也没有动" in done.stderr
    assert not list(installed.glob("*.backup"))
