"""What doctor says about the app of 企业微信: the secret, the trusted address, the clock, the callback."""

import asyncio
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from secrets import token_hex
from urllib.parse import urlencode, urlsplit

import httpx

from bot.channels.wecom.api import probe
from bot.channels.wecom.callback.crypto import Crypto
from bot.channels.wecom.callback.hook import PATH, SECONDS_OFF
from bot.channels.wecom.errors import Fault
from bot.clock import Clock
from bot.commands.doctor.line import FAIL, OK, WARN, Line
from bot.settings import Settings
from bot.settings.kinds import several

SECONDS = 5
_MOST_SECONDS_OFF = 120
# How the web server in front of the bot may answer instead of it.
_WRONG = {
    403: "WECOM_TOKEN 和正在运行的机器人不是同一个；改了设置请重启机器人",
    400: "WECOM_AES_KEY 和正在运行的机器人不是同一个；改了设置请重启机器人",
    404: f"那里没有这个地址；请让网页服务器把 {PATH} 转给机器人",
    502: "网页服务器在，机器人没有运行；请先启动机器人",
}


def check(settings: Settings) -> Iterator[Line]:
    """A line for each thing that can be wrong; nothing is changed at the platform."""
    yield _token(settings)
    yield from _clock(settings)
    # Nothing but zeros: whatever address this machine has.
    here = f"http://{settings.host if settings.host.strip('0.:') else '127.0.0.1'}:{settings.port}"
    local = _callback(settings, here, "机器人没有运行，没有检查；启动以后再运行一次 doctor")
    yield local
    if settings.public_url and local[0] == WARN:
        yield WARN, "callback", f"{settings.public_url}{PATH}：机器人没有运行，没有从外面检查"
    elif settings.public_url:
        yield _callback(settings, settings.public_url, "从这台机器连不上；请检查域名、证书和网页服务器")
    else:
        yield WARN, "callback", f"没有填 PUBLIC_URL，没有从外面检查。企业微信后台要填的是 https://您的域名{PATH}"


def _token(settings: Settings) -> Line:
    host = urlsplit(settings.wecom_api_url).netloc.rpartition("@")[2]
    try:
        asyncio.run(probe(settings))
    except Fault as fault:
        if fault.advice:
            return FAIL, "wecom", fault.advice
        return FAIL, "wecom", f"{host} 没有正常回答（{fault}），请检查网络，稍后再试"
    return OK, "wecom", "Secret 有效，这台服务器的 IP 是可信的"


def _clock(settings: Settings) -> Iterator[Line]:
    try:
        # Without a token it is refused, and that is enough to know the time.
        date = httpx.get(f"{settings.wecom_api_url}/getcallbackip", timeout=SECONDS).headers.get("date", "")
        off = (Clock(settings.zone).real() - parsedate_to_datetime(date)).total_seconds()
    except (httpx.HTTPError, ValueError, TypeError):
        return
    yield _time(off)


def _time(off: float) -> Line:
    if abs(off) <= _MOST_SECONDS_OFF:
        return OK, "clock", "时钟和企业微信的差不超过 2 分钟"
    words = f"这台机器的时钟{'快' if off > 0 else '慢'}了 {abs(off) / 60:.0f} 分钟，请打开自动对时"
    if abs(off) > SECONDS_OFF:
        return FAIL, "clock", f"{words}，否则老师发来的消息都会被拒收（差 10 分钟以上的一律不收）"
    return WARN, "clock", f"{words}；差到 10 分钟，老师发来的消息就会被拒收"


def _callback(settings: Settings, base: str, unreachable: str) -> Line:
    """Ask the callback as the console does when the address is saved there."""
    address, word = f"{base}{PATH}", token_hex(8)
    crypto = Crypto(several(settings.wecom_token), several(settings.wecom_aes_key), settings.wecom_corp_id)
    query = crypto.verification(word, str(int(Clock(settings.zone).real().timestamp())), token_hex(4))
    try:
        answer = httpx.get(f"{address}?{urlencode(query)}", timeout=SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        return WARN, "callback", f"{address}（{type(fault).__name__}）：{unreachable}"
    if answer.status_code == 200 and answer.text == word:
        return OK, "callback", f"{address} 通过了和企业微信后台一样的验证"
    why = _WRONG.get(answer.status_code, f"回答不对（HTTP {answer.status_code}）；那里也许是别的程序")
    return FAIL, "callback", f"{address}：{why}"
