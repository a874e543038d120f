"""python -m bot outbox: what is late, perhaps there twice or given up, without a word of it; and sent again."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import insert, select

from storage.base.vault import Vault
from storage.database import Database
from storage.messages.outbox import KEPT
from storage.tables import outbox, person
from tests.support import commanding
from tests.support.commanding import NOW, said

pytestmark = pytest.mark.both

folder, imported, filled, database = (
    commanding.folder,
    commanding.imported,
    commanding.filled,
    commanding.database,
)
# state, minutes since it was due, error, whether its words are still there.
LETTERS = (
    ("new", 2, None, True), ("new", 30, "HTTP 502", True), ("claimed", 40, None, True), ("sent", 50, None, True),
    ("uncertain", 60, None, True), ("dead", 70, "40058: made-up", True), ("dead", 80, "太晚了，没有用了", False),
)  # fmt: skip


@pytest.fixture
def written(database: Database) -> Database:
    sealed = Vault([Path("data/name.key").read_text()]).seal("已记录")
    with database.write.begin() as db:
        zhang = db.scalar(select(person.c.id).where(person.c.name == "张老师"))
        for state, minutes, error, kept in LETTERS:
            due = NOW - timedelta(minutes=minutes)
            row = {"channel": "telegram", "chat": "1234567", "lane": "notice", "body": sealed if kept else None}
            more = {"state": state, "error": error, "attempts": 3, "due_at": due, "expires_at": due + KEPT}
            db.execute(insert(outbox).values(**row, **more, person_id=zhang if minutes != 60 else None))
    return database


def rows(database: Database) -> list[tuple[str, int]]:
    with database.read.connect() as db:
        return [tuple(row) for row in db.execute(select(outbox.c.state, outbox.c.attempts).order_by(outbox.c.id))]


@time_machine.travel(NOW, tick=False)
def test_all_three_kinds_are_listed(written: Database, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "outbox").splitlines()
    assert [line.partition("：")[2] for line in lines if line.endswith("条")] == ["2 条", "1 条", "2 条"]
    assert lines[1].split("\t")[1:] == ["2026-04-03 09:50", "telegram", "张老师", "试过 3 次", "HTTP 502"]
    assert "\t群\t" in lines[4] and lines[-1].endswith("太晚了，没有用了，内容已清除")
    assert [state for state, _ in rows(written)] == [state for state, *_ in LETTERS]


@pytest.mark.parametrize(("option", "number", "again"), [
    ("--late", 2, {2}), ("--uncertain", 1, {5}), ("--dead", 2, {6}), ("", 5, {2, 6}),
])  # fmt: skip
@time_machine.travel(NOW, tick=False)
def test_what_is_chosen_is_sent_again(
    written: Database, capsys: pytest.CaptureFixture[str], option: str, number: int, again: set[int]
) -> None:
    out = said(capsys, "outbox", *filter(None, [option]), "--send-again")
    assert out.count("\t试过") == number and f"{len(again)} 条交给机器人再发" in out
    fresh = {place for place, row in enumerate(rows(written), 1) if row == ("new", 0)}
    assert fresh == again
    with written.read.connect() as db:
        query = select(outbox.c.due_at, outbox.c.expires_at, outbox.c.error).where(outbox.c.attempts == 0)
        assert {tuple(row) for row in db.execute(query)} == {(NOW, NOW + KEPT, None)}
