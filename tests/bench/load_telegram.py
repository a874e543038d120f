"""Load for Telegram's part of the benchmark: updates posted to a webhook, and a small Bot API."""

import asyncio
import json
from datetime import date
from typing import Any

from tests.bench.load import FIRST_USER, Run, said, serve

_NOON = 1_775_188_800
_ME = {"id": 123456, "is_bot": True, "first_name": "bench", "username": "bench_bot"}
_SAID = {"message_id": 1, "date": _NOON, "chat": {"id": 1, "type": "private", "first_name": "x"}, "text": "x"}
_HOOK = {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
_RESULTS: dict[bytes, Any] = {b"getMe": _ME, b"sendMessage": _SAID, b"getWebhookInfo": _HOOK, b"getMyCommands": []}


def update(number: int, today: date) -> dict[str, Any]:
    """The check-in as an update of the Bot API."""
    squad, text = said(number, today)
    user = FIRST_USER + squad
    sender = {"id": user, "is_bot": False, "first_name": "老师", "last_name": str(squad), "language_code": "zh-hans"}
    chat = {"id": user, "first_name": "老师", "last_name": str(squad), "type": "private"}
    message = {"message_id": number + 1, "from": sender, "chat": chat, "date": _NOON, "text": text}
    return {"update_id": number + 1, "message": message}


def requests(order: dict[str, Any]) -> list[tuple[int, bytes]]:
    """(number of the update, the whole request) for everything to be posted."""
    head = (
        f"POST {order['path']} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {order['secret']}\r\nContent-Length: "
    )
    today = date.fromisoformat(order["today"])
    found = []
    for number in range(order["first"], order["first"] + order["count"]):
        body = json.dumps(update(number, today)).encode()
        found.append((number + 1, head.encode() + str(len(body)).encode() + b"\r\n\r\n" + body))
    return found


def answer(head: bytes) -> dict[str, Any]:
    """What the Bot API says: yes to everything."""
    method = head.split(b" ", 2)[1].rpartition(b"/")[2]
    return {"ok": True, "result": _RESULTS.get(method, True)}


class Committed(asyncio.DatagramProtocol):
    """Hears which update is committed, from a server that answers 200 before it is."""

    run: Run | None = None

    def datagram_received(self, data: bytes, _address: Any) -> None:
        client = self.run.under_way.get(int(data)) if self.run else None
        if client:
            client.arrived()


async def main() -> None:
    """Serve; a peer that answers before it commits tells the commit by a datagram."""
    listening = asyncio.get_running_loop().create_datagram_endpoint(Committed, ("127.0.0.1", 0))
    datagrams, committed = await listening

    def begin(order: dict[str, Any]) -> Run:
        committed.run = Run(requests(order), answers=2 if order["waits"] else 1)
        return committed.run

    await serve(answer, {"committed": datagrams.get_extra_info("sockname")[1]}, begin)


if __name__ == "__main__":
    try:
        from uvloop import run
    except ImportError:
        run = asyncio.run
    run(main())
