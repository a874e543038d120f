"""outbox: what has not arrived yet, what somebody may have twice, what was given up; and send it again."""

import argparse
from collections.abc import Sequence

from sqlalchemy import Connection

from bot.commands.database import engine_of
from bot.engine import Engine
from bot.settings import Settings
from storage.messages import late_letters
from storage.messages.late_letters import Undelivered

MOST_SHOWN = 200
_TITLES = {
    "late": f"迟到的（到时间超过 {late_letters.IN_TIME.seconds // 60} 分钟还没发出去）",
    "uncertain": "可能收到两次的（平台没有回应，又发了一次）",
    "dead": "没有发的（平台不收，或过了时间）",
}


def add(parser: argparse.ArgumentParser) -> None:
    """Which of them, and whether to send them again."""
    parser.epilog = "例：python -m bot outbox --dead --send-again"
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--late", dest="which", action="store_const", const="late", help="到时间了还没发的")
    which.add_argument("--uncertain", dest="which", action="store_const", const="uncertain", help="可能收到两次的")
    which.add_argument("--dead", dest="which", action="store_const", const="dead", help="没有发成、不再试的")
    parser.add_argument("--send-again", action="store_true", help="再发一次（不选就是迟的和没发成的）")
    parser.add_argument("--practice", action="store_true", help="演练的数据库")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0; what is sent again is sent by the running bot."""
    engine = engine_of(arguments, settings)
    with engine.database.read.connect() as db:
        found = {name: _found(db, engine, name) for name in ([arguments.which] if arguments.which else _TITLES)}
    for name, letters in found.items():
        print(f"{_TITLES[name]}：{len(letters)} 条")
        _show(letters, settings)
    if arguments.send_again:
        chosen = [each for name, letters in found.items() if name != "uncertain" or arguments.which for each in letters]
        _send_again(engine, chosen)
    return 0


def _found(db: Connection, engine: Engine, name: str) -> list[Undelivered]:
    late = late_letters.late(engine.clock.now())
    return late_letters.found(db, late if name == "late" else late_letters.ended(name))


def _show(letters: Sequence[Undelivered], settings: Settings) -> None:
    for each in letters[-MOST_SHOWN:]:
        due = f"{each.due_at.astimezone(settings.zone):%Y-%m-%d %H:%M}"
        gone = "，内容已清除" if each.forgotten else ""
        print(
            f"{each.id}\t{due}\t{each.channel}\t{each.name or '群'}\t试过 {each.attempts} 次\t{each.error or ''}{gone}"
        )
    if len(letters) > MOST_SHOWN:
        print(f"（只列出最近 {MOST_SHOWN} 条）")


def _send_again(engine: Engine, letters: Sequence[Undelivered]) -> None:
    with engine.database.write.begin() as db:
        number = late_letters.send_again(db, letters, engine.clock.now())
    rest = len(letters) - number
    print(f"{number} 条交给机器人再发" + (f"，{rest} 条不能再发：内容已经清除，或正在发" if rest else ""))
