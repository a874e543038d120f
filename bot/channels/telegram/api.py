"""Raw calls of the Bot API for polling: JSON in, JSON out, every failure with what it asks of us."""

from typing import Any

import httpx

from bot.channels.http import Endless, Hears, client, within
from bot.channels.setup import CallFailed
from bot.settings import Settings

# A platform that asks for more is asked again after this.
LONGEST_HOLD = 600
# By status: somebody must do something about it.
LOUD = {
    401: "令牌不对，请照 @BotFather 给的填写 TELEGRAM_TOKEN",
    404: "没有这个机器人，请检查 TELEGRAM_TOKEN 和 TELEGRAM_API_URL",
    407: "代理要别的用户名或密码，请检查 TELEGRAM_PROXY",
    409: "别的程序也在取这个机器人的消息，或者设了 webhook，请停掉它",
}


_NO_WAY = "连不上 Telegram，请检查网络和 TELEGRAM_PROXY"
# What a fault of the connection means, the first that fits.
_PLAIN: tuple[tuple[type[Exception], str], ...] = (
    (Endless, "回应太大，不像是 Telegram 的，请检查网络、TELEGRAM_PROXY 和 TELEGRAM_API_URL"),
    (httpx.ProxyError, "代理不让过，请检查 TELEGRAM_PROXY"),
    (httpx.ConnectError, _NO_WAY),
    (httpx.ConnectTimeout, _NO_WAY),
    (httpx.TimeoutException, "等了太久没有回应"),
)


class Trouble(CallFailed):
    """Why a call brought nothing; `webhook` when one was set behind our back."""

    def __init__(self, text: str, *, loud: bool = False, after: float = 0.0, webhook: bool = False) -> None:
        super().__init__(text)
        self.loud = loud
        self.after = after
        self.webhook = webhook


def plain(fault: httpx.HTTPError) -> str:
    """What broke, in words; without the fault's own, which may hold addresses."""
    why = next((words for kind, words in _PLAIN if isinstance(fault, kind)), "连接断了")
    return f"{type(fault).__name__}：{why}"


class Api:
    """Calls the methods of one bot."""

    def __init__(self, settings: Settings, longest_wait: float, hears: Hears = None) -> None:
        """`longest_wait` is for how many seconds an answer may be due; `hears` is told what time it is there."""
        self.bot_id = settings.telegram_token.partition(":")[0]
        self._base = f"{settings.telegram_api_url}{settings.telegram_token}"
        timeout = httpx.Timeout(10, read=longest_wait + 10)
        self._seconds = longest_wait + 30
        self._client = client(timeout, hears, proxy=settings.telegram_proxy or None)

    async def call(self, method: str, **parameters: Any) -> Any:
        """The result; raises Trouble."""
        try:
            async with within(self._seconds):
                response = await self._client.post(f"{self._base}/{method}", json=parameters)
        except httpx.HTTPError as fault:
            raise Trouble(plain(fault)) from fault
        try:
            answer = response.json()
        except (ValueError, RecursionError):
            answer = None
        if response.is_success and isinstance(answer, dict) and answer.get("ok") is True:
            return answer.get("result")
        raise _trouble(response.status_code, answer if isinstance(answer, dict) else {})

    async def close(self) -> None:
        """End all connections."""
        await self._client.aclose()


def _trouble(status: int, answer: dict[str, Any]) -> Trouble:
    said = str(answer.get("description", "不是 Telegram 的回应"))[:200]
    hint = f"（{LOUD[status]}）" if status in LOUD else ""
    parameters = answer.get("parameters")
    after = parameters.get("retry_after") if isinstance(parameters, dict) else None
    seconds = min(float(after), LONGEST_HOLD) if isinstance(after, (int, float)) else 0.0
    webhook = status == 409 and "webhook" in said.lower()
    return Trouble(f"HTTP {status}：{said}{hint}", loud=status in LOUD, after=seconds, webhook=webhook)
