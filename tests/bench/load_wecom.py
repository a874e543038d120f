"""Load for WeCom's part of the benchmark: encrypted callbacks.

Requests are sealed before the clock starts, and replies are opened and checked after it has stopped.
"""

import asyncio
import time
from datetime import date
from hashlib import sha1
from typing import Any
from urllib.parse import urlencode

from bot.channels.wecom.callback.crypto import Crypto, Signed, fields
from tests.bench.load import FIRST_USER, Run, said, serve
from tests.support.platforms.fake_wecom import AES_KEY, AGENT, CORP, TOKEN

_PLATFORM = Crypto([TOKEN], [AES_KEY], CORP)
_NONCE = "1372623149"
_YES = {"errcode": 0, "errmsg": "ok", "access_token": "made-up", "expires_in": 7200, "msgid": "1", "button": []}


def message(number: int, today: date, now: int) -> str:
    """The check-in as the platform writes it."""
    squad, text = said(number, today)
    user = FIRST_USER + squad
    head = f"<ToUserName>{CORP}</ToUserName><FromUserName>{user}</FromUserName><CreateTime>{now}</CreateTime>"
    return f"<xml>{head}<MsgType>text</MsgType><Content><![CDATA[{text}]]></Content><MsgId>{number + 1}</MsgId></xml>"


def sealed(xml: str, now: int) -> tuple[dict[str, Any], str]:
    """(parameters, body) of a callback; WeRoBot wants the signature of official accounts beside the other."""
    found = fields(_PLATFORM._ciphers[0][0].encrypt_message(xml, _NONCE, str(now)))
    plain = sha1("".join(sorted((TOKEN, str(now), _NONCE))).encode()).hexdigest()
    query = {"msg_signature": found["MsgSignature"], "signature": plain, "timestamp": now, "nonce": _NONCE}
    inner = f"<ToUserName>{CORP}</ToUserName><AgentID>{AGENT}</AgentID><Encrypt>{found['Encrypt']}</Encrypt>"
    return query, f"<xml>{inner}</xml>"


def callback(number: int, today: date, path: str, now: int) -> bytes:
    """The whole request with one check-in."""
    query, body = sealed(message(number, today, now), now)
    head = f"POST {path}?{urlencode(query)} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def reply_of(body: bytes) -> dict[str, Any]:
    """The reply in a response, opened."""
    sealed = fields(body.decode())
    signed = Signed(sealed["MsgSignature"], sealed["TimeStamp"], sealed["Nonce"])
    return fields(_PLATFORM.open(signed, sealed["Encrypt"]).text)


def begin(order: dict[str, Any]) -> Run:
    """The run of an order, its requests sealed."""
    today, now = date.fromisoformat(order["today"]), int(time.time())
    numbers = range(order["first"], order["first"] + order["count"])
    return Run([(number, callback(number, today, order["path"], now)) for number in numbers])


def check(run: Run) -> None:
    """Every check-in was answered by an encrypted reply to its sender that names the right number."""
    for number, body in run.replies:
        squad, text = said(number, date.min.replace(year=2000))
        reply = reply_of(body)
        assert reply["ToUserName"] == str(FIRST_USER + squad), reply
        assert f"{text.partition('实到')[2][:2]} 人" in reply["Content"], reply


if __name__ == "__main__":
    asyncio.run(serve(lambda _head: _YES, {}, begin, check))
