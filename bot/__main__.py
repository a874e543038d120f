"""python -m bot: serve, and the commands of the person who runs the bot."""

import argparse
import importlib
import os
import sys
from types import ModuleType

from bot.commands import in_words
from bot.settings import BadSettings, Settings, load

COMMANDS = {
    "serve": "start the bot (without a platform: the practice page)",
    "replay": "handle a message again that a bug stopped",
    "import": "read units, people and roles from a file",
    "promote": "take the classes of all schools to the new school year",
    "invite": "make a one-time code for a role at a unit",
    "preview": "show which reminders would be sent to whom",
    "digest": "print the weekly digest of a unit",
    "read": "show how messages are read",
    "audit": "check or show the audit log",
    "audit-report": "print the yearly audit of minors' personal information",
    "doctor": "say what is wrong with the installation",
    "key": "print a fresh key for NAME_KEY",
}


def main(argv: list[str]) -> int:
    """Run one command; its exit status."""
    # Databases, photos and keys are nobody else's to read.
    os.umask(0o077)
    parser = argparse.ArgumentParser("python -m bot", description="counselor-bot 辅导员助手")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    # Only the chosen command is imported: the others' libraries cost time and memory.
    chosen = argv[0] if argv and argv[0] in COMMANDS else None
    for name, summary in COMMANDS.items():
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
    except Exception as error:
        sentence = in_words(error)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
        return 1


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"bot.commands.{'import_' if name == 'import' else name.replace('-', '_')}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
