"""key: a fresh key for NAME_KEY; `key rotate` seals everything anew with the first key."""

import argparse
import sys

from cryptography.fernet import Fernet

from bot.settings import BadSettings, Settings

_EXAMPLE = """\
例：echo "NAME_KEY=$(python -m bot key)" >> .env

换密钥：把新的写在前面，NAME_KEY=新密钥,旧密钥，重启机器人，然后
  python -m bot key rotate
会把全部改用新密钥加密；可以中断，再运行就接着做。它说完成了，再去掉旧密钥。
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Nothing: a fresh key; rotate: seal anew."""
    parser.epilog = _EXAMPLE
    parser.add_argument("what", nargs="?", choices=("rotate",), help="rotate：全部改用第一把密钥加密")
    parser.add_argument("--practice", action="store_true", help="换演练数据库的密钥")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0; of `rotate` 1 when something could not be opened by any key."""
    if arguments.what is None:
        print(Fernet.generate_key().decode())
        return 0
    return _rotate(arguments, settings)


def _rotate(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.commands import CommandError
    from bot.commands.database import engine_of
    from storage import rotation, sealed_columns
    from storage.audit import audit
    from storage.audit.audit import Action
    from storage.base.vault import Vault

    # Where it was lost none is made over what it sealed.
    if not any(settings.given_keys):
        raise CommandError("没有密钥：NAME_KEY 没有写，name.key 也不在或是空的。请先把原来的密钥找回来。")
    if len(settings.given_keys) < 2:
        raise CommandError("NAME_KEY 里只有一个密钥。请把新密钥写在前面：NAME_KEY=新密钥,旧密钥，重启机器人，再来。")
    engine = engine_of(arguments, settings)
    turned = rotation.Turned()
    for turned in rotation.rotate(engine.database.read, engine.database.write, engine.vault):
        print(f"\r已重新加密 {turned.anew} 处，本来就是新密钥的 {turned.before} 处", end="", file=sys.stderr)
    print(file=sys.stderr)
    with engine.database.write.begin() as db:
        sealed_columns.note_keys(db, Vault(settings.name_keys[:1]), engine.now())
        audit.note(db, Action.KEY_ROTATED, engine.now(), anew=turned.anew, before=turned.before, lost=turned.lost)
    if turned.lost:
        print(f"有 {turned.lost} 处哪个密钥都打不开：请把更早的密钥也写上，再来一次。")
        return 1
    print(f"全部是新密钥了（重新加密 {turned.anew} 处）。可以从 NAME_KEY 里去掉旧密钥，再重启机器人。")
    return 0


def without_settings(problems: BadSettings, arguments: argparse.Namespace) -> int:
    """A fresh key all the same: it may be what is missing."""
    if arguments.what is not None:
        print(f"设置有问题：\n{problems}", file=sys.stderr)
        return 2
    print(Fernet.generate_key().decode())
    return 0
