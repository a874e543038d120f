"""python -m bot: serve, and the commands of the person who runs the bot."""

import argparse
import importlib
import os
import sys
import tempfile
import traceback
from types import ModuleType

from bot import __version__
from bot.commands import in_words
from bot.commands.parser import Parser
from bot.settings import BadSettings, Settings, load

# Command → (its module in commands/, what --help says of it).
COMMANDS = {
    "serve": ("serve", "启动机器人（没有配平台就是演练页面）"),
    "outbox": ("data.outbox", "列出迟发、可能重复、没发成的消息，再发一次"),
    "clock": ("data.clock", "看机器的时间可不可信，或确认它是对的"),
    "replay": ("data.replay", "重新处理因程序错误没处理的消息"),
    "import": ("organisation.import_", "从名册文件读入单位、人员和角色"),
    "promote": ("organisation.promote", "新学年，所有学校的班升一级"),
    "invite": ("organisation.invite", "开一个单位一个角色的一次性邀请码"),
    "confirm": ("organisation.confirm", "没有别人时，由运维来确认一个角色"),
    "preview": ("reports.preview", "看看会给谁发哪些提醒"),
    "digest": ("reports.digest", "打印一个单位的周报、月报、学期报或年报"),
    "calendar": ("reports.calendar", "把一个单位的日子打印成 .ics 文件"),
    "material": ("reports.material", "打印一个单位的年度材料，或做成 Word"),
    "catalogue": ("reports.catalogue", "检查并打印可以报的目录"),
    "read": ("reports.read", "看看消息会读成什么"),
    "audit": ("reports.audit", "核对或查看审计日志"),
    "audit-report": ("reports.audit_report", "打印未成年人个人信息保护的年度审计"),
    "backup": ("data.backup", "运行中把全部放进一个文件，或试一份备份能不能恢复"),
    "restore": ("data.restore", "用一份备份换掉数据库"),
    "migrate-to": ("data.migrate_to", "把 SQLite 数据库搬到 PostgreSQL"),
    "doctor": ("doctor", "检查安装哪里不对，怎么改"),
    "key": ("data.key", "生成一把新的 NAME_KEY，或换密钥"),
}


def main(argv: list[str] | None = None) -> int:
    """Run one command, of this process where none is given; its exit status."""
    argv = sys.argv[1:] if argv is None else argv
    # Databases, photos and keys are nobody else's to read.
    os.umask(0o077)
    parser = Parser("python -m bot", description="counselor-bot 辅导员助手")
    parser.add_argument("--version", action="version", version=f"counselor-bot {__version__}", help="看版本")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令", title="命令")
    # Only the chosen command is imported: the others' libraries cost time and memory.
    chosen = argv[0] if argv and argv[0] in COMMANDS else None
    for name, (_, summary) in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary)
        if name == chosen:
            _module(name).add(sub)
    arguments = parser.parse_args(argv)
    module = _module(arguments.command)
    try:
        settings = load()
    except BadSettings as problems:
        if hasattr(module, "without_settings"):
            return int(module.without_settings(problems, arguments))
        print(f"设置有问题，机器人没有启动：\n{problems}", file=sys.stderr)
        return 2
    return _run(module, arguments, settings)


def _run(module: ModuleType, arguments: argparse.Namespace, settings: Settings) -> int:
    try:
        status = int(module.run(arguments, settings))
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # Who read our output has seen enough (`| head`); what Python still holds of it goes nowhere.
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
        return 1
    except BadSettings as problem:
        # Seen only once the database was open: a key that does not fit.
        print(problem, file=sys.stderr)
        return 2
    except Exception as error:
        print(in_words(error) or _kept(error), file=sys.stderr)
        return 1
    finally:
        if opened := sys.modules.get("bot.commands.database"):
            opened.close()


def _kept(error: Exception) -> str:
    """A bug: its traceback goes into a file, for whoever mends it; the sentence that says so."""
    handle, path = tempfile.mkstemp(prefix="counselor-bot-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        traceback.print_exception(error, file=file)
    return f"程序自己出错了（{type(error).__name__}）。详情在 {path}，请把它交给开发的人。"


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"bot.commands.{COMMANDS[name][0]}")


if __name__ == "__main__":
    sys.exit(main())
