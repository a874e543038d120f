"""What waits together is handled as if it had come one by one, whatever its order, and however often it comes."""

import random
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, insert, select

from bot.clock import Clock
from bot.engine import Engine
from bot.pipeline import attempts
from bot.pipeline.transaction import Transactions
from bot.practice.district import fill_if_empty
from bot.settings import Settings
from bot.startup import open_engine
from handlers.kit import Message
from storage.statements import Prepared
from storage.tables import checkin, checkin_version, dialogue, event, fact, outbox, report, rollup, tally
from tests.support.databases import new_url
from tests.support.stage import START, ZONE

pytestmark = pytest.mark.both

PEOPLE = ("张老师", "李老师", "刘校长", "马老师")
SAID = (
    "三(2)中队 主题队日 38人", "三(2)中队 主题队日 39人", "三(2)中队 昨天 队课 应到40实到39", "队会 40人 祭英烈",
    "全校升旗仪式 300人", "三年级 主题队日 80人", "下午又开了一次队会 41人", "三(1)、三(2)中队联合祭扫 各38人",
    "更正 三(2)中队 主题队日 实到37", "撤回 三(2)中队 主题队日", "撤回", "39", "是", "另记一场",
    "恢复 三(2)中队 主题队日", "一(1)中队 红领巾爱学习第3期 30人", "微心愿 征集9个 认领4个", "宣讲 3场 60人",
    "提名 三(2)中队 王小明 一星章 爱劳动", "收到",
)  # fmt: skip
KEPT = (checkin, checkin_version, event, rollup, report, tally, dialogue)
# What is made anew each time, or says when and in which transaction.
APART = {"payload", "inbox_id", "id", "checkin_id", "event_id", "report_id"}
ROUNDS, MESSAGES = 2, 20


def opened(folder: Path, name: str) -> tuple[Engine, Transactions]:
    settings = Settings(_env_file=None, data_dir=folder, name_key="A" * 43 + "=")
    engine = open_engine(settings, new_url(folder, name), Clock(ZONE, lambda: START))
    transactions = engine.transactions()
    attempts.process(transactions, [fill_if_empty])
    return engine, transactions


def kept(engine: Engine) -> dict[str, list[Any]]:
    """All rows, and what was answered, without the numbers that a row happens to have."""
    with engine.database.read.connect() as db:
        found = {table.name: sorted(_rows(db.execute(select(*_columns(table))))) for table in KEPT}
        letters = db.execute(select(outbox.c.chat, outbox.c.body).order_by(outbox.c.chat, outbox.c.id))
        said = [(chat, re.sub(r"\d+", "0", str(engine.vault.open(body)["text"]))) for chat, body in letters]
    return {**found, "said": said}


def _columns(table: Table) -> list[Any]:
    return [column for column in table.c if column.name not in APART]


def _rows(rows: Any) -> list[str]:
    return [repr(tuple(row)) for row in rows]


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_together_is_as_one_by_one(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    (one, alone), (other, together) = (opened(tmp_path, name) for name in ("alone.db", "together.db"))
    told = [Message("practice", f"m{n}", who, who, START + timedelta(seconds=n), chance.choice(SAID))
            for n in range(MESSAGES) for who in [chance.choice(PEOPLE)]]  # fmt: skip
    told += chance.sample(told, 3)
    for message in told:
        attempts.process(alone, [message])
    while told:
        count = chance.randint(1, 12)
        attempts.process(together, told[:count])
        told = told[count:]
    found = kept(one)
    assert found == kept(other) and found["checkin"] and found["rollup"]
    one.database.close()
    other.database.close()


def test_a_prepared_statement_stores_what_sqlalchemy_stores(tmp_path: Path) -> None:
    engine, _ = opened(tmp_path, "alone.db")
    made = Prepared(lambda _: insert(fact).returning(fact.c.name), ("name", "value", "at"))
    value = {"name": "a", "value": "图 100%", "at": START}
    with engine.database.write.begin() as db:
        assert [tuple(row) for row in made.rows(db, value)] == [("a",)]
        Prepared(lambda _: insert(fact), ("name", "value", "at")).many(db, [{**value, "name": name} for name in "bc"])
        db.execute(insert(fact), {**value, "name": "d"})
        stored = {tuple(row)[1:] for row in db.execute(select(fact).where(fact.c.name.in_(list("abcd"))))}
        assert len(stored) == 1
        with pytest.raises(KeyError):
            made.rows(db, {"name": "e"})
    with engine.database.write.connect() as db, pytest.raises(ValueError, match="outside"):
        made.rows(db, value)
    engine.database.close()
