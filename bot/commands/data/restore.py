"""restore: a backup takes the place of the database; nothing goes out by itself until somebody has looked."""

import argparse
from datetime import datetime
from pathlib import Path

from bot.backups import archive, placement, verification
from bot.backups.creation import room
from bot.backups.exchange import restore
from bot.backups.installation import Installation
from bot.commands import CommandError, database
from bot.commands.data import backup
from bot.commands.organisation.import_ import agreed
from bot.settings import Settings

_NEXT = """\
下一步：
1. python -m bot preview --days 2{practice}   看一看接下来会发什么
2. 启动机器人。它会回答消息，但不会自己发提醒。
3. python -m bot preview --release{practice}（或最高一级的管理员在聊天里发「提醒 放行」）以后，提醒照常发，
   并请那段时间发过消息的人看看、补发。"""


def add(parser: argparse.ArgumentParser) -> None:
    """Which backup."""
    parser.epilog = "例：python -m bot restore /backup/today.backup --identity age.key"
    parser.add_argument("file", type=Path, help="备份的文件")
    backup.add_identity(parser)
    parser.add_argument(
        "--worked-until", type=datetime.fromisoformat, metavar="时间",
        help="2026-04-03T15:30：到那时为止的提醒已经发过（不写就照原来的数据库，读不到就算到现在）",
    )  # fmt: skip
    parser.add_argument("--yes", action="store_true", help="不问就做")
    parser.add_argument("--practice", action="store_true", help="换掉演练的数据库")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0; 1 when the backup is not sound or nobody agreed: then nothing has been changed."""
    of = Installation(settings, arguments.practice)
    with database.nobody_serves(settings, of.url), room(settings.data_dir) as folder:
        placement.check_room(of)
        archive.unpack(arguments.file, folder, backup.identities(arguments, settings))
        if backup.said(verification.lines(of, folder)):
            raise CommandError("这份备份恢复不了，什么也没有改。")
        print(f"会用它换掉 {of.file or '空的数据库'}；原来的改名留着，不删。")
        if not (arguments.yes or agreed()):
            return 1
        restore(of, folder, arguments.worked_until)
    print(_NEXT.format(practice=" --practice" if arguments.practice else ""))
    return 0
