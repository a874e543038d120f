"""What doctor says about Telegram: the way there, the token, the clock, how messages come; the token is never shown."""

import socket
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

import httpx

from bot.channels.telegram.hook import PATH
from bot.clock import Clock
from bot.commands.doctor.line import FAIL, OK, WARN, Line
from bot.settings import Settings
from bot.settings.reasons import reason

SECONDS = 5
_MOST_SECONDS_OFF = 120
# More than this have not been fetched for a while: the bot stands still, or its webhook does not work.
_MANY = 100
_PROXY_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


def check(settings: Settings) -> Iterator[Line]:
    """A line for each thing that can be wrong; nothing is changed at the platform."""
    if settings.telegram_proxy:
        yield _proxy(settings.telegram_proxy)
    with httpx.Client(timeout=SECONDS, proxy=settings.telegram_proxy or None) as http:
        try:
            answer = _call(http, settings, "getMe")
        except httpx.HTTPError as fault:
            yield FAIL, "telegram", _unreachable(settings, fault)
            return
        line = _token(answer)
        yield line
        if "date" in answer.headers:
            yield from _clock(answer.headers["date"], Clock(settings.zone).real())
        if line[0] == OK:
            yield from _arrival(http, settings)


def _call(http: httpx.Client, settings: Settings, method: str) -> httpx.Response:
    return http.post(f"{settings.telegram_api_url}{settings.telegram_token}/{method}", json={})


def _result(answer: httpx.Response) -> dict[str, Any] | None:
    """What the platform answered; None when it refused, or when it was not the platform that answered."""
    try:
        said = answer.json()
    except ValueError:
        return None
    result = said.get("result") if isinstance(said, dict) and said.get("ok") is True else None
    return result if isinstance(result, dict) else None


def _proxy(address: str) -> Line:
    # Without user and password, which the address may hold.
    at = urlsplit(address)
    host, port = at.hostname or "", at.port or _PROXY_PORTS[at.scheme]
    try:
        with socket.create_connection((host, port), timeout=SECONDS):
            return OK, "proxy", f"代理 {host}:{port} 连得上"
    except OSError as fault:
        return FAIL, "proxy", f"代理 {host}:{port} 连不上（{reason(fault)}），请检查 TELEGRAM_PROXY"


def _unreachable(settings: Settings, fault: httpx.HTTPError) -> str:
    host = urlsplit(settings.telegram_api_url).netloc.rpartition("@")[2]
    proxied = settings.telegram_proxy or set(getproxies_environment()) - {"no"}
    advice = (
        "请检查代理（TELEGRAM_PROXY、HTTPS_PROXY、ALL_PROXY）"
        if proxied
        else "这台机器要经过代理的话，请设置 TELEGRAM_PROXY"
    )
    return f"连不上 {host}（{type(fault).__name__}，最多等 {SECONDS} 秒）；{advice}"


def _token(answer: httpx.Response) -> Line:
    me = _result(answer)
    if me is not None:
        return OK, "telegram", f"令牌有效，机器人是 @{me.get('username') or me.get('first_name') or '?'}"
    if answer.status_code in (401, 404):
        return FAIL, "telegram", "令牌不对：请照 @BotFather 给的填写 TELEGRAM_TOKEN（也请检查 TELEGRAM_API_URL）"
    return FAIL, "telegram", f"Telegram 没有正常回答（HTTP {answer.status_code}），请稍后再试"


def _clock(date: str, now: datetime) -> Iterator[Line]:
    try:
        off = (now - parsedate_to_datetime(date)).total_seconds()
    except (ValueError, TypeError):
        # A proxy's idea of a date: nothing to compare with.
        return
    if abs(off) > _MOST_SECONDS_OFF:
        direction = "快" if off > 0 else "慢"
        yield (
            WARN,
            "clock",
            f"这台机器的时钟{direction}了 {abs(off) / 60:.0f} 分钟，请打开自动对时，否则提醒会早到或迟到",
        )
    else:
        yield OK, "clock", "时钟和 Telegram 的差不超过 2 分钟"


def _arrival(http: httpx.Client, settings: Settings) -> Iterator[Line]:
    try:
        told = _result(_call(http, settings, "getWebhookInfo"))
    except httpx.HTTPError as fault:
        told, why = None, type(fault).__name__
    else:
        why = "回答读不懂"
    if told is None:
        yield WARN, "webhook", f"问不到 webhook 的情况（{why}）"
        return
    yield _webhook(settings, str(told.get("url") or ""))
    pending = int(told.get("pending_update_count") or 0)
    waiting = f"有 {pending} 条消息等着取，机器人启动后会处理" if pending else "没有积压的消息"
    yield WARN if pending > _MANY else OK, "pending", waiting
    if told.get("last_error_message") and settings.telegram_mode == "webhook":
        # While something waits, it is still so.
        yield FAIL if pending else WARN, "delivery", f"{_last_error(settings, told)}。请检查域名、证书和网页服务器"


def _webhook(settings: Settings, url: str) -> Line:
    ours = settings.public_url + PATH
    shown = url.replace(settings.telegram_token, "***")
    if settings.telegram_mode != "webhook":
        if url:
            return WARN, "webhook", f"轮询模式，但登记着 webhook {shown}；启动时会撤掉，积压的消息不会丢"
        return OK, "webhook", "轮询模式，没有登记 webhook"
    if url == ours:
        return OK, "webhook", f"webhook 模式，登记的是 {shown}"
    there = f"登记的是 {shown}" if url else "还没有登记"
    return WARN, "webhook", f"webhook 模式，{there}；启动时会登记 {ours}"


def _last_error(settings: Settings, told: dict[str, Any]) -> str:
    said = "".join(filter(str.isprintable, str(told["last_error_message"])))[:200]
    said = said.replace(settings.telegram_token, "***")
    try:
        at = datetime.fromtimestamp(int(told.get("last_error_date") or 0), settings.zone)
    except (ValueError, OverflowError, OSError):
        return f"最近一次投递没有成功：{said}"
    return f"最近一次投递没有成功（{at:%m-%d %H:%M}）：{said}"
