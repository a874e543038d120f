"""python -m bot: serve, and the commands of the person who runs the bot."""

import argparse
import importlib
import os
import sys
from types import ModuleType

from bot.commands import in_words
from bot.settings import BadSettings, Settings, load

# Command → (its module in commands/, what --help says of it).
COMMANDS = {
    "serve": ("serve", "start the bot (without a platform: the practice page)"),
    "outbox": ("data.outbox", "list what is late, uncertain or dead of what is to be said, and send it again"),
    "clock": ("data.clock", "say whether the machine's time is relied upon, or that it is right"),
    "replay": ("data.replay", "handle a message again that a bug stopped"),
    "import": ("organisation.import_", "read units, people and roles from a file"),
    "promote": ("organisation.promote", "take the classes of all schools to the new school year"),
    "invite": ("organisation.invite", "make a one-time code for a role at a unit"),
    "confirm": ("organisation.confirm", "be the second person for a role, where there is nobody else"),
    "preview": ("reports.preview", "show which reminders would be sent to whom"),
    "digest": ("reports.digest", "print the weekly digest of a unit"),
    "calendar": ("reports.calendar", "print the days of a unit as an .ics file"),
    "catalogue": ("reports.catalogue", "check and print what can be reported"),
    "read": ("reports.read", "show how messages are read"),
    "audit": ("reports.audit", "check or show the audit log"),
    "audit-report": ("reports.audit_report", "print the yearly audit of minors' personal information"),
    "backup": ("data.backup", "put everything into one file while the bot runs, or check such a file"),
    "restore": ("data.restore", "put a backup in the place of the database"),
    "migrate-to": ("data.migrate_to", "copy the SQLite database to PostgreSQL"),
    "doctor": ("doctor", "say what is wrong with the installation"),
    "key": ("data.key", "print a fresh key for NAME_KEY"),
}


def main(argv: list[str]) -> int:
    """Run one command; its exit status."""
    # Databases, photos and keys are nobody else's to read.
    os.umask(0o077)
    parser = argparse.ArgumentParser("python -m bot", description="counselor-bot 辅导员助手")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
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
        print(f"设置有问题,机器人没有启动:\n{problems}", file=sys.stderr)
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
        sentence = in_words(error)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
        return 1
    finally:
        if opened := sys.modules.get("bot.commands.database"):
            opened.close()


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"bot.commands.{COMMANDS[name][0]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
