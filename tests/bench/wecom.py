"""The WeCom part of `make bench`: an encrypted callback → verified, opened, committed (SQLite, FULL), encrypted reply.

The load opens and checks every reply. The peers write the same rows, but seal nothing.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.bench.servers import PEER_PYTHON, Load, Server, compare_twice
from tests.support.platforms.fake_wecom import AES_KEY, AGENT, CORP, SECRET, TOKEN

PATH = "/wecom/callback"


@dataclass(frozen=True)
class WecomServer(Server):
    """A server behind the callback; `needs`: the library of a peer."""

    needs: str = ""
    channel = "wecom"

    def load(self) -> Load:
        return Load("tests.bench.load_wecom", {"path": PATH})

    def settings(self, load: Load) -> dict[str, str]:
        return app_settings(f"{load.api}/cgi-bin")

    def options(self, load: Load) -> list[str]:
        return [f"--token={TOKEN}", f"--key={AES_KEY}", f"--corp={CORP}", f"--path={PATH}"]


def app_settings(api: str) -> dict[str, str]:
    """The environment of a bot whose platform is at this address."""
    app = {"WECOM_CORP_ID": CORP, "WECOM_AGENT_ID": str(AGENT), "WECOM_SECRET": SECRET, "WECOM_TOKEN": TOKEN}
    return {**app, "WECOM_AES_KEY": AES_KEY, "WECOM_API_URL": api, "LOG_LEVEL": "WARNING"}


OURS = WecomServer("counselor-bot")
PEERS = (
    WecomServer("wechatpy + Flask", "tests.bench.peers.wechatpy_flask", "peer.db", "wechatpy"),
    WecomServer("WeRoBot + Flask", "tests.bench.peers.werobot_flask", "peer.db", "werobot"),
)


def installed() -> list[WecomServer]:
    """The peers that are there to be measured."""
    found = []
    for peer in PEERS:
        command = [str(PEER_PYTHON), "-c", f"import flask, gunicorn, {peer.needs}"]
        if PEER_PYTHON.exists() and not subprocess.run(command, capture_output=True).returncode:
            found.append(peer)
        else:
            print(f"\n{peer.name} is not installed, and left out: `make bench` installs it")
    return found


def main(shim: Path, rounds: int) -> None:
    """Ours beside the peers."""
    title = "callback: a sealed check-in → committed → sealed reply"
    compare_twice(title, (OURS, *installed()), shim, rounds)
