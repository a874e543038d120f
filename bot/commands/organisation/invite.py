"""invite: a one-time code for a role at a unit; the first admin comes in by one."""

import argparse

from bot.commands import CommandError
from bot.commands.database import engine_of, unit_of
from bot.settings import Settings
from handlers import rights
from storage.organisation import history
from storage.people import invites
from storage.people.people import Role


def add(parser: argparse.ArgumentParser) -> None:
    """The role and the unit."""
    parser.epilog = "例：python -m bot invite --role 县管理员 --unit 青禾区少工委"
    parser.add_argument("--role", required=True, help="中文（大队辅导员）或英文（brigade）")
    parser.add_argument("--unit", required=True, help="全称，用 / 连（青禾区少工委/实验小学），或独一无二的名称")
    parser.add_argument("--practice", action="store_true", help="在演练的数据库里")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0; the last line printed is the code."""
    role = Role.named(arguments.role)
    if role is None:
        raise CommandError(f"没有角色「{arguments.role}」，可以是：{'、'.join(each.label for each in Role)}")
    engine = engine_of(arguments, settings, real_only=True)
    unit = unit_of(engine, arguments.unit)
    if not rights.fits(role, unit.kind):
        raise CommandError(f"{role.label}要在{rights.place_of(role)}里，「{unit.name}」是{unit.kind}")
    with engine.database.write.begin() as db:
        code = invites.make(db, engine.vault, unit.id, role, None, engine.now())
        where = history.path_names(db, [unit])[unit.id]
    print(
        f"{where} · {role.label}，{invites.LIFETIME.days} 天内有效，只能用一次。请对方私聊机器人发：加入 {code}\n{code}"
    )
    return 0
