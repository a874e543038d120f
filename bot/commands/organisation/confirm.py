"""confirm: the operator is the second person for a role, or a new phone, where there is nobody else."""

import argparse

from bot.commands import CommandError
from bot.commands.database import engine_of
from bot.engine import Engine
from bot.outbox.letters import Letters
from bot.settings import Settings
from handlers.kit import Ask, Message
from handlers.people import appointments as words
from storage.checkins.rollups import Rollups
from storage.people import appointments
from storage.people.appointments import CONFIRMED, DECLINED


def add(parser: argparse.ArgumentParser) -> None:
    """Which one, and whether."""
    parser.epilog = "例：python -m bot confirm 3"
    parser.add_argument("number", nargs="?", help="要确认的编号，或 all；不写就列出等确认的")
    parser.add_argument("--no", action="store_true", help="不同意")
    parser.add_argument("--practice", action="store_true", help="在演练的数据库里")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0; what waits is printed, or what was done."""
    engine = engine_of(arguments, settings, real_only=True)
    with engine.database.write.begin() as db:
        vault, now = engine.vault, engine.now()
        ask = Ask(db, now, Message("", "", "", "", now), 0, None, "", Rollups(), vault)
        waiting = appointments.waiting(db, now)
        meant = [one for one in waiting if arguments.number in (str(one.id), "all")]
        if arguments.number is None:
            lines = [f"{one.id} {words.described(ask, one)}" for one in waiting]
            print("\n".join(lines) or "没有等确认的。")
            return 0
        if not meant:
            raise CommandError(f"没有等确认的 {arguments.number}。不带编号运行，可列出全部。")
        for one in meant:
            _settle(engine, ask, one, not arguments.no)
    return 0


def _settle(engine: Engine, ask: Ask, one: appointments.Appointment, yes: bool) -> None:
    said = words.described(ask, one)
    stands = words.still_stands(ask, one)
    appointments.settle(ask.db, one, CONFIRMED if yes and stands else DECLINED, None, ask.now)
    letters = Letters(ask.db, engine.vault, ask.now)
    for reply in words.confirmed(ask, one) if yes and stands else ():
        if reply.at:
            letters.tell(reply, *reply.at)
        else:
            letters.notify([reply])
    letters.flush()
    if yes and not stands:
        print(f"没有照办：{said}。请的老师现在已经不管这里了，还要的话请用 invite 开一个邀请码。")
        return
    print(f"{'已确认' if yes else '没有同意'}：{said}")
