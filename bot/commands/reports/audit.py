"""audit: who did what that matters; whether the log is as it was written."""

import argparse
import json
from dataclasses import asdict
from datetime import date, datetime, time, timedelta

from bot.commands import CommandError
from bot.commands.database import engine_of, unit_of
from bot.engine import Engine
from bot.settings import Settings
from handlers.children import audit_log
from storage.audit import audit
from storage.audit.audit import Action, Entry, Wanted
from storage.people import people

_MOST = 50
Seen = tuple[str, int, str]


def add(parser: argparse.ArgumentParser) -> None:
    """What to do, and of which rows."""
    parser.epilog = "例：python -m bot audit verify"
    what = parser.add_subparsers(dest="what", required=True, metavar="verify、show")
    verify = what.add_parser("verify", help="核对每一条哈希链；断了就以 1 结束")
    verify.add_argument(
        "--seen", type=_seen, action="append", default=[], metavar="一行",
        help="以前 verify 打印过、现在还必须在的一行；可以写几次",
    )  # fmt: skip
    show = what.add_parser("show", help="打印记录，最新的在最后")
    show.add_argument("--since", type=date.fromisoformat, metavar="日期", help="从这一天起，2026-04-03")
    show.add_argument("--until", type=date.fromisoformat, metavar="日期", help="到这一天为止")
    show.add_argument("--deed", type=_action, help="只看这一种，例如 无权被拒 或 refused")
    show.add_argument("--person", help="只看叫这个名字的人做的")
    show.add_argument("--unit", help="只看这个单位和下级：全称，用 / 连，或独一无二的名称")
    show.add_argument("--subject", default="", help="只看关于这一个的，例如 nomination:12")
    show.add_argument("--most", type=int, default=_MOST, metavar="行数", help=f"最新的多少行（{_MOST}）")
    show.add_argument("--format", choices=("text", "json"), default="text", help="json：一行一个")
    for each in (verify, show):
        each.add_argument("--practice", action="store_true", help="演练的数据库")


def _seen(written: str) -> Seen:
    chain, _, rest = written.partition(":")
    seq, _, mark = rest.partition(":")
    if not (chain and seq.isdecimal() and mark):
        raise argparse.ArgumentTypeError("要写 verify 打印过的一行，原样复制")
    return chain, int(seq), mark


def _action(words: str) -> Action:
    found = Action.named(words)
    if found is None:
        raise argparse.ArgumentTypeError(f"可以是 {'、'.join(action.label for action in Action)}")
    return found


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0; 1 when a chain is broken."""
    engine = engine_of(arguments, settings)
    return _verify(engine, arguments.seen) if arguments.what == "verify" else _show(engine, arguments)


def _verify(engine: Engine, seen: list[Seen]) -> int:
    with engine.database.read.connect() as db:
        found = engine.installation.audit_heads(engine.vault).check(db, seen)
        begun = audit.entries(db, Wanted(action=Action.HEADS_KEPT), _MOST)
    if found.broken:
        print(f"不对：{found.broken}。在它之前查过 {found.rows} 条。")
        return 1
    days = "、".join(f"{each.at.astimezone(engine.now().tzinfo):%Y-%m-%d %H:%M}" for each in begun)
    told = "" if begun else "数据库外还没有记账尾，末尾被截断看不出来：机器人运行过，或有命令写过日志，以后才有。"
    if len(begun) > 1:
        told = f"数据库外的账尾重新开始过：{days}。那天没有恢复过备份、换过机器的话，请查一查。"
    print(f"完好：{found.rows} 条，{len(found.heads)} 条链，封存过 {found.closed} 段。{told}")
    if found.heads:
        print("每条链最后一条（抄到别处，以后用 --seen 核对）：")
    for chain, (seq, mark) in found.heads.items():
        print(f"{chain}:{seq}:{mark}")
    return 0


def _show(engine: Engine, arguments: argparse.Namespace) -> int:
    with engine.database.read.connect() as db:
        persons = people.named(db, arguments.person) if arguments.person else None
        if persons == []:
            raise CommandError(f"没有叫「{arguments.person}」的人")
        paths = [unit_of(engine, arguments.unit).path] if arguments.unit else None
        since, until = _instant(engine, arguments.since), _instant(engine, arguments.until, 1)
        wanted = Wanted(since, until, arguments.deed, persons, paths, arguments.subject)
        found = audit.entries(db, wanted, max(arguments.most, 1))
        words = audit_log.lines(db, found, engine.now().tzinfo, paths=True) or ["没有这样的记录。"]
    print(*(map(_json, found) if arguments.format == "json" else words), sep="\n")
    return 0


def _instant(engine: Engine, day: date | None, later: int = 0) -> datetime | None:
    return datetime.combine(day + timedelta(days=later), time(), engine.now().tzinfo) if day else None


def _json(entry: Entry) -> str:
    row = {**asdict(entry), "at": entry.at.isoformat(), "about": json.loads(entry.about)}
    return json.dumps(row, ensure_ascii=False)
