"""The Telegram part of `make bench`: a check-in posted to the webhook → committed (SQLite, FULL) → 200, beside peers.

The peers do the same job for the same rows but seal and send nothing, ours does all that it always does.
"""

from dataclasses import dataclass
from pathlib import Path

from tests.bench.servers import PEER_PYTHON, Load, Server, compare_twice

TOKEN, SECRET, PATH = "123456:made-up", "made-up-secret", "/telegram/webhook"


@dataclass(frozen=True)
class TelegramServer(Server):
    """A server behind a webhook; `waits`: its 200 comes before the commit."""

    waits: bool = False
    replies: bool = False
    channel = "telegram"

    def load(self) -> Load:
        return Load("tests.bench.load_telegram", {"path": PATH, "secret": SECRET, "waits": self.waits})

    def settings(self, load: Load) -> dict[str, str]:
        mode = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_MODE": "webhook", "TELEGRAM_WEBHOOK_SECRET": SECRET}
        return {
            **mode,
            "TELEGRAM_API_URL": f"{load.api}/bot",
            "PUBLIC_URL": "https://bot.example",
            "LOG_LEVEL": "WARNING",
        }

    def options(self, load: Load) -> list[str]:
        where = [f"--api={load.api}", f"--committed={load.ports['committed']}"]
        return [f"--token={TOKEN}", f"--secret={SECRET}", f"--path={PATH}", *where, *["--replies"] * self.replies]


OURS = TelegramServer("counselor-bot")
PEERS = (
    TelegramServer("aiogram", "tests.bench.peers.aiogram_bot"),
    TelegramServer("python-telegram-bot", "tests.bench.peers.ptb_bot", waits=True),
    # As its users write it: the handler sends the answer and waits for it.
    TelegramServer("the same, replying", "tests.bench.peers.ptb_bot", waits=True, replies=True),
)


def main(shim: Path, rounds: int) -> None:
    """Ours beside the peers."""
    if not PEER_PYTHON.exists():
        print("\nthe peers are not installed: `make bench` does it")
        return
    compare_twice("webhook: a check-in posted → committed → 200", (OURS, *PEERS), shim, rounds)
