"""A backup that was found sound takes the place of what is there."""

from datetime import datetime
from pathlib import Path

from bot.backups import placement, settlement, verification
from bot.backups.installation import Installation
from bot.clock import Clock
from bot.commands import database
from bot.engine import Engine
from bot.settings import load
from storage.people import people


def restore(of: Installation, folder: Path, worked_until: datetime | None) -> None:
    """Do it, and say what was done; `folder` holds what was unpacked."""
    made = verification.made(of, folder)
    stamp = f"{Clock(of.settings.zone).now():%Y%m%d-%H%M%S}"
    placement.put_beside(of, folder, stamp)
    # Settled before it is in its place: whenever this ends, no bot finds one that says everything again.
    # The key may have come with the backup, so the settings are read anew.
    engine = database.engine_at(f"sqlite:///{folder / 'bot.db'}", load(), of.practice)
    with engine.database.read.connect() as db:
        before = placement.look_back(of.file, db)
    seen = before.worked_until + engine.clock.ahead if before.worked_until else engine.now()
    until = worked_until.replace(tzinfo=of.settings.zone) if worked_until else seen
    erased = of.erasures()
    if not erased.is_there:
        print(f"注意：没有找到删除记录（{of.erased[0].name}）。备份以后删除过的孩子，请照家长的申请再删一次。")
    done = settlement.settle(engine, erased, made, until)
    print(f"恢复到 {made:%Y-%m-%d %H:%M} 的样子。备份以后删除过的孩子，又删除了 {done.erased} 名。")
    print(f"做备份时正在发的 {done.letters} 条不再发（多半已经发过；python -m bot outbox --dead 可以看）。")
    print(f"备份以后到点的提醒 {done.reminders} 条不再发（多半已经发过）。")
    _print_heard(engine, before, made)
    database.close()
    if old := placement.put_database(of, folder / "bot.db", stamp):
        print(f"原来的数据库在 {old}。")


def _print_heard(engine: Engine, before: placement.Before, made: datetime) -> None:
    if before.heard is None:
        print("原来的数据库读不到：不知道备份以后谁发过消息。放行以后，会请近两周发过消息的人看看、补发。")
        return
    print(f"备份以后回答过、现在没有了的消息：{sum(each.number for each in before.heard)} 条")
    with engine.database.read.connect() as db:
        for each in before.heard:
            person = people.by_addresses(db, each.channel, [each.sender], engine.now()).get(each.sender)
            times = "—".join(f"{at.astimezone(made.tzinfo):%m-%d %H:%M}" for at in (each.first, each.last))
            print(f"  {person.name if person else '不认识的人'}（{each.channel}）：{each.number} 条，{times}")
