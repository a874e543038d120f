"""replay: handle a message again that a bug stopped; without a number, list them."""

import argparse

from bot.commands.database import engine_of
from bot.settings import Settings
from storage.messages import inbox


def add(parser: argparse.ArgumentParser) -> None:
    """The message's number."""
    parser.epilog = "例：python -m bot replay 12"
    parser.add_argument("id", nargs="?", type=int, help="发消息的人看到的编号")
    parser.add_argument("--practice", action="store_true", help="演练的数据库")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0 when the message was handled, 1 when it failed again or is not there."""
    engine = engine_of(arguments, settings)
    if arguments.id is None:
        with engine.database.read.connect() as db:
            for failure in inbox.failed(db):
                trace = engine.vault.open(failure.error).strip().splitlines()
                print(f"{failure.id}\t{failure.received_at.astimezone(settings.zone):%Y-%m-%d %H:%M}\t{trace[-1]}")
        return 0
    try:
        state = engine.transactions().replay(arguments.id)
    except LookupError:
        print(f"没有编号为 {arguments.id} 的失败消息。不带编号运行，可列出所有失败消息。")
        return 1
    print(f"{arguments.id}：{'已处理，回复将由机器人发出' if state == 'done' else '又失败了，消息仍保留'}")
    return 0 if state == "done" else 1
