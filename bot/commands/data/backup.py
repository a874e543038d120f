"""backup: everything in one file while the bot runs; `backup verify`: can it be restored?"""

import argparse
from collections.abc import Iterable
from pathlib import Path

from bot.backups import archive, verification
from bot.backups.creation import make, room
from bot.backups.installation import Installation
from bot.clock import Clock
from bot.commands import CommandError
from bot.commands.doctor.line import FAIL, Line, written
from bot.settings import Settings

_OPEN = "这份备份没有加密，也不含密钥（NAME_KEY 请另存）。要加密，请设 BACKUP_KEY；见 docs/operations.md。"


def add(parser: argparse.ArgumentParser) -> None:
    """Where to, or which one is looked at."""
    parser.epilog = "例：python -m bot backup /backup/today.backup"
    parser.add_argument("what", nargs="?", choices=["verify"], help="verify：试一份备份能不能恢复")
    parser.add_argument("file", type=Path, help="备份的文件")
    add_identity(parser)
    parser.add_argument("--practice", action="store_true", help="演练的数据库")


def add_identity(parser: argparse.ArgumentParser) -> None:
    """By what a sealed backup is opened."""
    parser.add_argument("--identity", type=Path, metavar="文件", help="age 私钥的文件（不写就用 BACKUP_IDENTITY）")


def identities(arguments: argparse.Namespace, settings: Settings) -> str:
    """The identities that were given, separated by commas; comments of age-keygen are left out."""
    if arguments.identity is None:
        return settings.backup_identity
    lines = arguments.identity.read_text(encoding="utf-8", errors="replace").split()
    keys = [line for line in lines if line.startswith("AGE-SECRET-KEY-")]
    if not keys:
        raise CommandError(f"{arguments.identity} 里没有 AGE-SECRET-KEY-1 开头的私钥。请给出 age-keygen 写的那个文件。")
    return ",".join(keys)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0; 1 when what is in it could not be restored: then no backup was written."""
    of = Installation(settings, arguments.practice)
    if arguments.what:
        with room(settings.data_dir) as folder:
            archive.unpack(arguments.file, folder, identities(arguments, settings))
            return said(verification.lines(of, folder))
    _check_place(arguments.file)
    if of.file and not of.file.exists():
        raise CommandError(f"没有 {of.file}：没有可以备份的数据。")
    status = said(make(of, arguments.file, Clock(settings.zone).now()))
    if status:
        print("没有写备份：里面的内容恢复不了。")
    else:
        print(f"已备份到 {arguments.file}（{arguments.file.stat().st_size >> 10} KiB），试过可以恢复。")
        print("已用 BACKUP_KEY 加密。" if settings.backup_key else _OPEN)
    return status


def _check_place(file: Path) -> None:
    """`backup verify` alone is no backup with the name `verify`; raises CommandError."""
    if file.name == "verify":
        raise CommandError("请写要试的备份：python -m bot backup verify /backup/today.backup")
    if file.is_dir():
        raise CommandError(f"{file} 是一个文件夹。请写到文件：{file / 'today.backup'}")
    if not file.absolute().parent.is_dir():
        raise CommandError(f"没有 {file.absolute().parent} 这个文件夹。请先建好它，或换一个地方。")


def said(lines: Iterable[Line]) -> int:
    """Print what was found; 1 when a backup cannot be restored."""
    failed = False
    for line in lines:
        print(written(line))
        failed = failed or line[0] == FAIL
    return int(failed)
