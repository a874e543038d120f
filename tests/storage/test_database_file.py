"""The SQLite file under a running bot: deleted, replaced, moved, shared: noticed, said, and nothing is lost."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from bot.jobs.database_file import DatabaseFile, NotOurs
from storage.database import Database, open_database, passes, sqlite_module
from tests.support.process import ROOT
from tests.support.stage import START


class Held:
    """A file that is ours, with a row in it that no other file has."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "data" / "bot.db"
        self.file = DatabaseFile(self.url)
        self.file.take()
        self.database: Database = open_database(self.url)
        with self.database.write.begin() as db:
            db.exec_driver_sql("CREATE TABLE said (words TEXT)")
        self.file.look()
        self.say("before")

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def say(self, words: str) -> None:
        with self.database.write.begin() as db:
            db.exec_driver_sql(f"INSERT INTO said VALUES ('{words}')")  # noqa: S608

    def wal(self) -> Path:
        return self.path.with_name("bot.db-wal")


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Held]:
    made = Held(tmp_path)
    yield made
    made.database.close()


def replace(held: Held) -> None:
    shutil.copy(held.path, held.path.with_name("other"))
    held.path.with_name("other").replace(held.path)


FAULTS: dict[str, tuple[Callable[[Held], object], str]] = {
    "deleted": (lambda held: held.path.unlink(), "不见了"), "replaced": (replace, "换成了别的文件"),
    "moved": (lambda held: held.path.rename(held.path.with_name("old.db")), "不见了"),
    "folder moved": (lambda held: held.path.parent.rename(held.path.parent.with_name("old")), "不见了"),
    "log deleted": (lambda held: held.wal().unlink(), "bot.db-wal 不见了"),
    "index deleted": (lambda held: held.path.with_name("bot.db-shm").unlink(), "bot.db-shm 不见了"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_happens_to_the_file_is_noticed_and_nothing_is_lost(held: Held, fault: str) -> None:
    does, words = FAULTS[fault]
    held.file.look()
    does(held)
    held.say("after")
    with pytest.raises(NotOurs, match=words):
        held.file.look()
    held.path.parent.mkdir(exist_ok=True)
    saved = Path(held.file.save(held.database.write, START))
    held.database.close()
    assert not held.wal().exists()
    # Whoever starts next does not begin anew beside it, and can go on with it.
    held.path.unlink(missing_ok=True)
    with pytest.raises(NotOurs, match=f"mv {saved} {held.path}"):
        DatabaseFile(held.url).take()
    saved.rename(held.path)
    again = open_database(held.url)
    with again.read.connect() as db:
        assert [row[0] for row in db.exec_driver_sql("SELECT words FROM said")] == ["before", "after"]
    again.close()


@pytest.mark.parametrize("by", ["an older copy", "another database"])
def test_what_is_copied_over_it_is_noticed_and_not_written_into(held: Held, tmp_path: Path, by: str) -> None:
    other = tmp_path / "other.db"
    if by == "an older copy":
        shutil.copy(held.path, other)
    else:
        opened = open_database(f"sqlite:///{other}")
        with opened.write.begin() as db:
            db.exec_driver_sql("CREATE TABLE another (words TEXT)")
        opened.close()
    held.file.mark(held.database.write)
    for number in range(3):
        held.say(f"after {number}")
        held.file.look()
    with held.path.open("r+b") as into:
        into.truncate(0)
        into.write(other.read_bytes())
    with pytest.raises(NotOurs, match="被别的内容覆盖了"):
        held.file.look()
    saved = Path(held.file.save(held.database.write, START))
    assert held.file.spoiled and saved.stat().st_size and not held.wal().exists()


def zero(path: Path) -> None:
    with path.open("r+b") as into:
        into.write(bytes(path.stat().st_size))


def spoil(path: Path) -> None:
    """A few bytes in the middle, as a disk does it."""
    with path.open("r+b") as into:
        into.seek(path.stat().st_size // 2)
        into.write(b"\xff" * 20)


TEARS: dict[str, Callable[[Path], object]] = {
    "emptied": lambda log: os.truncate(log, 0), "half": lambda log: os.truncate(log, log.stat().st_size // 2),
    "the last frame": lambda log: os.truncate(log, log.stat().st_size - 4120), "zeroed": zero,
    "in the middle": spoil,
}  # fmt: skip


@pytest.mark.parametrize("goes_on", [False, True])
@pytest.mark.parametrize("tear", TEARS)
def test_a_log_that_is_cut_is_noticed_although_it_is_written_on(held: Held, tear: str, goes_on: bool) -> None:
    for number in range(20):
        held.say(f"{number} " + "x" * 5000)
    held.file.look()
    held.say("y" * 5000)
    TEARS[tear](held.wal())
    if goes_on:
        held.say("after")
    with pytest.raises(NotOurs, match=r"bot.db-wal 被截短或改写了.*删掉 .*bot.db.torn 再启动"):
        held.file.look()
    assert held.file.spoiled
    saved = Path(held.file.save(held.database.write, START))
    with closing(sqlite_module().connect(saved)) as copy:
        assert copy.execute("SELECT count(*) FROM said").fetchone() == (22 + goes_on,)
    assert held.wal().exists() and f"restore {saved}" in held.path.with_name("bot.db.torn").read_text("utf-8")
    # Nobody goes on with what is left of it before somebody has looked.
    again = DatabaseFile(held.url)
    with pytest.raises(NotOurs, match="恢复备份"):
        again.refuse_torn()
    held.path.with_name("bot.db.torn").unlink()
    again.refuse_torn()


def kill_while_it_serves(path: Path) -> None:
    """As a bot leaves its files that was killed when it had acknowledged 20 messages."""
    script = (
        "import os, sys; from bot.jobs.database_file import DatabaseFile; from storage.database import open_database\n"
        "file = DatabaseFile(sys.argv[1]); file.take(); database = open_database(sys.argv[1])\n"
        "for number in range(20):\n"
        "    with database.write.begin() as db:\n"
        "        db.exec_driver_sql('CREATE TABLE IF NOT EXISTS said (words TEXT)')\n"
        "        db.exec_driver_sql('INSERT INTO said VALUES (hex(randomblob(3000)))')\n"
        "os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", script, f"sqlite:///{path}"], cwd=ROOT, check=False).returncode == 9


@pytest.mark.parametrize("tear", [*TEARS, "deleted", ""])
def test_a_log_that_was_spoiled_while_nobody_served_is_not_begun_with(tmp_path: Path, tear: str) -> None:
    path = tmp_path / "bot.db"
    kill_while_it_serves(path)
    log, said = tmp_path / "bot.db-wal", tmp_path / "bot.db.torn"
    {**TEARS, "deleted": Path.unlink, "": lambda log: None}[tear](log)
    left = log.read_bytes() if log.exists() else None
    file = DatabaseFile(f"sqlite:///{path}")
    file.take()
    for _ in range(2 if tear else 0):
        with pytest.raises(NotOurs, match=r"最近答过的有一些读不出来.*删掉 .*bot.db.torn 再启动"):
            file.refuse_torn()
    # What was there stays for whoever looks; whoever has looked is not asked again.
    assert left is None or log.read_bytes() == left
    said.unlink(missing_ok=True)
    file.refuse_torn()


def test_a_log_that_is_cut_after_it_began_anew_is_noticed(held: Held) -> None:
    held.say("x" * 9000)
    with held.database.write.connect() as db:
        db.connection.dbapi_connection.execute("PRAGMA wal_checkpoint(RESTART)")  # type: ignore[union-attr]
    held.say("y")
    held.file.mark(held.database.write)
    held.file.look()
    held.say("y" * 5000)
    os.truncate(held.wal(), 0)
    held.say("z")
    with pytest.raises(NotOurs, match="被截短或改写了"):
        held.file.look()


def test_a_log_that_begins_anew_is_whole(held: Held) -> None:
    for number in range(300):
        held.say(f"{number} " + "x" * 9000)
        if number % 50 == 10:
            held.file.mark(held.database.write)
        held.file.look()
    assert not held.file.spoiled


def test_a_second_bot_is_told_whose_it_is(held: Held) -> None:
    with pytest.raises(NotOurs, match=rf"进程 {os.getpid()}）。请先停掉它"):
        DatabaseFile(held.url).take()


def test_one_that_comes_by_a_link_meets_the_same_lock(held: Held, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(held.path.parent)
    (tmp_path / "bot.db").symlink_to(held.path)
    for path in (tmp_path / "link" / "bot.db", tmp_path / "bot.db"):
        with pytest.raises(NotOurs, match="请先停掉它"):
            DatabaseFile(f"sqlite:///{path}").take()


def test_another_name_of_the_same_file_is_refused(held: Held, tmp_path: Path) -> None:
    os.link(held.path, other := tmp_path / "other.db")
    held.file.look()
    with pytest.raises(NotOurs, match="硬链接"):
        DatabaseFile(f"sqlite:///{other}").take()
    other.unlink()
    with pytest.raises(NotOurs, match="请先停掉它"):
        DatabaseFile(held.url).take()


def test_a_lock_that_somebody_deletes_is_there_again(held: Held) -> None:
    lock = held.path.with_name("bot.db.lock")
    lock.unlink()
    held.file.look()
    with pytest.raises(NotOurs, match="请先停掉它"):
        DatabaseFile(held.url).take()
    # Whoever was quicker has the file; nothing of it is put away under their hands.
    lock.unlink()
    DatabaseFile(held.url).take()
    with pytest.raises(NotOurs, match="请先停掉它"):
        held.file.look()
    assert held.file.save(held.database.write, START) == str(held.path) and held.wal().exists()


def test_other_files_and_servers_are_nobody_elses(held: Held, tmp_path: Path) -> None:
    DatabaseFile(f"sqlite:///{tmp_path}/another.db").take()
    on_server = DatabaseFile("postgresql://localhost/bot")
    on_server.take()


def test_the_log_that_appears_later_is_no_fault(tmp_path: Path) -> None:
    file = DatabaseFile(f"sqlite:///{tmp_path}/bot.db")
    file.take()
    (tmp_path / "bot.db").touch()
    file.look()
    (tmp_path / "bot.db-wal").touch()
    file.look()
    (tmp_path / "bot.db-wal").unlink()
    with pytest.raises(NotOurs):
        file.look()


@pytest.mark.parametrize("damage", [b"\xff" * 4096, os.urandom(100)], ids=["malformed", "no database"])
def test_a_damaged_file_is_no_fault_of_what_is_written_into_it(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "bot.db"
    database = open_database(f"sqlite:///{path}")
    with database.write.begin() as db:
        db.exec_driver_sql("CREATE TABLE said (words TEXT)")
        db.exec_driver_sql(f"INSERT INTO said VALUES ('{'x' * 9000}')")
    database.close()
    with path.open("r+b") as file:
        file.seek(4096 if len(damage) == 4096 else 0)
        file.write(damage)
    database = open_database(f"sqlite:///{path}")
    with pytest.raises(DatabaseError) as fault, database.write.begin() as db:
        db.exec_driver_sql("UPDATE said SET words = 'y'")
    assert passes(fault.value)
    database.close()
