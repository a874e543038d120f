"""migrate-to: the SQLite database goes to PostgreSQL, row by row, and every row is compared; all or nothing."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError
from tqdm import tqdm

from bot.commands import CommandError
from bot.commands.database import nobody_serves
from bot.settings import Settings
from storage import transfer
from storage.database import Database, open_database
from storage.migrate import migrate

_NEXT = "照片还在 {files}，钥匙（NAME_KEY）不变。请在 .env 里写上 DATABASE_URL=…，再启动机器人；{old} 留作备份。"


def add(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.epilog = "例：PGPASSWORD=… python -m bot migrate-to postgresql://bot@db.example.cn/bot"
    parser.add_argument("url", help="空的 PostgreSQL 数据库：postgresql://user:password@host/name")
    parser.add_argument("--practice", action="store_true", help="搬演练的数据库")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0 when every row is there and the same; else 1, and nothing is there."""
    if not arguments.url.startswith(("postgresql:", "postgresql+psycopg:")):
        raise CommandError("请写 PostgreSQL 的地址，像这样：postgresql://用户:密码@主机/库名")
    old = settings.data_dir / ("practice.db" if arguments.practice else "bot.db")
    photos = settings.data_dir / ("practice-files" if arguments.practice else "files")
    if not old.exists():
        raise CommandError(f"没有 {old}：没有可以搬的数据。")
    with (
        nobody_serves(settings, f"sqlite:///{old}"),
        _opened(f"sqlite:///{old}") as source,
        _opened(arguments.url) as target,
    ):
        _check(target)
        migrate(source.write)
        migrate(target.write)
        # Held for writing: nobody changes what is being copied.
        with source.write.begin() as from_, target.write.begin() as to:
            rows = _copy(from_, to)
    print(f"已搬好 {rows} 行，逐行核对一致。")
    print(_NEXT.format(files=photos, old=old))
    return 0


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    opened = open_database(url)
    try:
        yield opened
    finally:
        opened.close()


def _check(target: Database) -> None:
    with target.read.connect() as db:
        if not transfer.is_empty(db):
            raise CommandError("那个数据库里已经有数据，什么也没有搬。请给一个空的数据库。")


def _copy(source: Connection, target: Connection) -> int:
    """How many rows were copied; an error takes all of them back."""
    rows = transfer.count(source)
    try:
        with tqdm(total=rows, desc="搬", unit="行", disable=None) as bar:
            transfer.copy(source, target, bar.update)
        with tqdm(total=rows, desc="核对", unit="行", disable=None) as bar:
            transfer.compare(source, target, bar.update)
    except transfer.Different as different:
        raise CommandError(f"有一行搬过去不一样（{different}），什么也没有留下。请把这句话报告给开发者。") from None
    except (DataError, IntegrityError) as error:
        raise CommandError(f"有一行搬不过去（{type(error.orig).__name__}），什么也没有留下。") from error
    return rows
