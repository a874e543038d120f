"""What the library's requests bring: an answer that is not of the platform's form is none, and none takes for ever."""

from typing import Any

import httpx
from telegram import error
from telegram.request import HTTPXRequest

from bot.channels import http
from bot.channels.telegram.api import LONGEST_HOLD

# What the library raises where the result is of another form than it promises.
ODD = (AttributeError, LookupError, TypeError)


def telegrams(fault: Exception) -> error.TelegramError:
    """The same, as the platform's: nobody knows what became of what was asked."""
    return fault if isinstance(fault, error.TelegramError) else error.TelegramError("Invalid server response")


def never_left(fault: error.TelegramError) -> bool:
    """Whether nothing of the request has reached anybody."""
    return isinstance(fault.__cause__, http.NEVER_LEFT)


class Answers(HTTPXRequest):
    """Whatever stands in between may answer too, in JSON of its own; the library would take it for the platform's."""

    def __init__(self, proxy: str) -> None:
        """`proxy`: its address, empty for none of our own."""
        super().__init__(
            connection_pool_size=16,
            connect_timeout=10,
            read_timeout=20,
            write_timeout=20,
            pool_timeout=10,
            media_write_timeout=40,
            proxy=proxy or None,
            httpx_kwargs=http.arguments(),
        )

    async def do_request(self, url: str, method: str, *arguments: Any, **more: Any) -> tuple[int, bytes]:
        """As the library's own; raises TimedOut when all of it takes too long."""
        try:
            async with http.within(http.SECONDS_FOR_A_CALL if method == "POST" else http.SECONDS_FOR_A_FILE):
                return await super().do_request(url, method, *arguments, **more)
        except httpx.ReadTimeout as late:
            raise error.TimedOut from late

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer; raises TelegramError when it is none."""
        try:
            answer: Any = HTTPXRequest.parse_json_payload(payload)
        except RecursionError as fault:
            raise error.TelegramError("Invalid server response") from fault
        if not _is_the_platforms(answer):
            raise error.TelegramError("Invalid server response")
        given = answer.pop("parameters", None)
        if isinstance(given, dict) and (known := _parameters(given)):
            answer["parameters"] = known
        return dict(answer)


def _is_the_platforms(answer: Any) -> bool:
    if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
        return False
    return "result" in answer if answer["ok"] else isinstance(answer.get("description"), str)


def _parameters(given: dict[str, Any]) -> dict[str, int]:
    """Those that can be followed; without the seconds to wait it is the words that ask for it."""
    known = {name: value for name, value in given.items() if type(value) is int}
    if (seconds := known.pop("retry_after", 0)) > 0:
        known["retry_after"] = min(seconds, LONGEST_HOLD)
    return known
