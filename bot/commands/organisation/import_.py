"""import: units, people and roles from a file, all or nothing; a preview comes first."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from bot.clock import Clock
from bot.commands import CommandError, database
from bot.engine import Engine
from bot.files import rosters
from bot.settings import Settings
from handlers import roster
from handlers.wording.questions import says_yes
from storage.base import chunks
from storage.roster import merge, staging
from storage.roster import roster as stored

_EXAMPLE = """\
例：python -m bot import roster.xlsx --dry-run

一行是一个人、一个角色、一个单位；没有姓名的一行只是单位。各列：
  组织,类型,姓名,角色,企业微信账号,Telegram ID,应到人数,别名
  青禾区少工委,县少工委,王主任,县管理员,wangzr,,,
  青禾区少工委/实验小学,学校,李老师,大队辅导员,lils,,,
  青禾区少工委/实验小学/三(2)中队,中队,张老师,中队辅导员,zhangls,123456789,42,雷锋中队
"""


def add(parser: argparse.ArgumentParser) -> None:
    """The file, and how careful to be."""
    parser.epilog = _EXAMPLE
    parser.add_argument("file", type=Path, help="工作簿（.xlsx）或 CSV 文件（UTF-8 或 GB18030）")
    parser.add_argument("--dry-run", action="store_true", help="只看会改什么，不写入")
    parser.add_argument("--yes", action="store_true", help="不问，直接写入")
    parser.add_argument("--end-missing", action="store_true", help="名册里没有的角色就结束")
    parser.add_argument("--practice", action="store_true", help="读进演练的数据库")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0 when the database holds what the file says (or --dry-run found no problem), else 1."""
    sheet = rosters.sheet_of(arguments.file.read_bytes())
    url = database.database_of(arguments, settings, real_only=True)
    # Nothing is written before the operator agrees, not even an empty database.
    state, seen = stored.State(), ""
    if engine := database.engine_if_there(url, settings):
        sheet, state, seen = _stored(engine, sheet)
    found = roster.plan(sheet, state, Clock(settings.zone).now().date(), arguments.end_missing)
    status = _show(found, sheet)
    if status or arguments.dry_run or not found:
        return status
    if not arguments.yes and not agreed():
        return 1
    _write(database.engine_at(url, settings), found, state.tops, seen)
    return 0


def _stored(engine: Engine, sheet: roster.Sheet) -> tuple[roster.Sheet, stored.State, str]:
    """The sheet from the root of the tree, what is stored, and by what it is known again."""
    with engine.database.read.connect() as db:
        sheet = roster.anchored(db, sheet)
        state = stored.load(db, sheet.paths, sheet.accounts, engine.now())
        seen = stored.seen(db, state.tops)
    engine.database.close()
    return sheet, state, seen


def _show(found: stored.Plan, sheet: roster.Sheet) -> int:
    print(roster.preview(found, sheet))
    if sheet.notes.problems:
        print("文件有问题，什么也没有导入。请改好后再来。", file=sys.stderr)
        return 1
    if not found:
        print("数据库里已经是这样，没有要改的。")
    return 0


def agreed() -> bool:
    """Whether the operator says yes; without a terminal nobody can."""
    if not sys.stdin.isatty():
        print("没有终端可以确认，什么也没有写。确认无误后请加 --yes。", file=sys.stderr)
        return False
    try:
        answer = input("写入吗？（是/否） ")
    except (EOFError, KeyboardInterrupt):
        answer = ""
    if says_yes(answer):
        return True
    print("没有写入。", file=sys.stderr)
    return False


def _write(engine: Engine, found: stored.Plan, tops: Sequence[str], seen: str) -> None:
    """Write what was shown, unless the database changed meanwhile; a bot that serves is held up for moments only."""
    begin = engine.database.write.begin
    with begin() as db:
        batch = staging.begin(db, None, tops, seen or stored.seen(db, tops), engine.now())
    with tqdm(staging.rows_of(found), desc="写入", unit="行", total=found.size, disable=None) as rows:
        for first, some in enumerate(chunks.chunks(rows, staging.AT_ONCE)):
            with begin() as db:
                staging.put(db, batch, first * staging.AT_ONCE, some)
    try:
        with begin() as db:
            staging.show(db, batch)
            merge.merge(db, batch, engine.now(), engine.now().date(), end_missing=True)
    except merge.Outdated:
        raise CommandError("数据库刚刚变了，什么也没有写。请重新运行。") from None
    finally:
        with begin() as db:
            staging.drop(db, batch)
    while _swept(engine):
        pass
    print("已写入。")


def _swept(engine: Engine) -> bool:
    with engine.database.write.begin() as db:
        return staging.sweep(db, engine.now())
