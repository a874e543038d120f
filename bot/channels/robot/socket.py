"""The robot's long connection, kept up: every way in which it can end leads back to a new one, in its own time."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from enum import StrEnum
from time import monotonic
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from bot.channels.http import Hears
from bot.channels.robot.link import AckLost, End, Frame, Link, NotLive, Refused

log = logging.getLogger(__name__)
SECONDS_TO_CONNECT = 10.0
LONGEST_WAIT = 60.0
# Subscribing is guarded against being repeated: after a refusal other than of the secret.
REFUSED_WAIT = 60.0
# Another program may hold the connection now; to take it back again and again would be a fight that nobody wins. But
# the platform says the same where nobody is (WecomTeam/wecom-openclaw-plugin #54), and whoever tries a secret goes at
# once: what people say meanwhile does not come again. So the first time within an hour is waited out shortly.
TAKEN_OVER_WAITS = (5.0, 60.0, 300.0)
HOUR = 3600.0
# Up for so long, a connection counts as having been good.
STEADY = 60.0
MOST_IN_FRAME = 4 << 20
_FORBIDDEN = frozenset({853000})
# It would write down whole frames, with the secret and with what people say.
_wire = logging.getLogger(f"{__name__}.wire")
_wire.setLevel(logging.WARNING)


def connecting(url: str) -> connect:
    """A connection to be entered; the environment's proxy is asked for on the real way only."""
    return connect(
        url, open_timeout=SECONDS_TO_CONNECT, close_timeout=1, ping_interval=None, compression=None,
        max_size=MOST_IN_FRAME, logger=_wire, proxy=True if url.startswith("wss:") else None,
    )  # fmt: skip


class State(StrEnum):
    """Where the connection is."""

    WAITING = "waiting"
    ELSEWHERE = "elsewhere"
    CONNECTING = "connecting"
    SUBSCRIBING = "subscribing"
    LIVE = "live"
    FORBIDDEN = "forbidden"


class Socket:
    """The one connection of one robot; runs while `allowed` is set, that is while this process holds the lease."""

    def __init__(
        self, url: str, robot: tuple[str, Sequence[str]], heard: Callable[[Frame], None],
        told: Callable[[str, float], None], allowed: asyncio.Event, hears: Hears = None,
    ) -> None:  # fmt: skip
        """
        `robot` is (id, secrets): any of them may hold, while one takes the place of the other.

        `heard` gets every callback, `hears` what time it is over there; `told` why we were
        refused (empty: we were let in), and the seconds for which nothing could come.
        """
        self._url = url
        self._id, self._secrets = robot
        # How many of the secrets were refused one after the other; the first is in use.
        self._forbidden = 0
        self._heard = heard
        self._told = told
        self._allowed = allowed
        self._hears = hears
        self._link: Link | None = None
        self.state = State.ELSEWHERE
        self._failures = 0
        # When another one took over, of the last hour.
        self._taken: list[float] = []
        self._trouble = ""
        # Since when nothing comes in; 0: it does, or is another process's matter.
        self._deaf = 0.0
        self._ended = monotonic()

    @property
    def live(self) -> bool:
        """Whether something can be sent now."""
        return self.state is State.LIVE

    async def call(self, cmd: str, body: Frame, req_id: str = "") -> Frame:
        """What the platform answers; raises NotLive, AckLost, Refused."""
        link = self._link if self.live else None
        if link is None:
            raise NotLive(f"长连接现在没有连上（{self.state}）")
        return await link.call(cmd, body, req_id)

    def release(self) -> None:
        """Another process shall have the connection, or nobody."""
        if self._link is not None:
            self._link.finish(End.NOT_OURS, "让给了别的进程")

    async def run(self) -> None:
        """Connect, again and again; never returns."""
        while True:
            self.state = State.ELSEWHERE
            await self._allowed.wait()
            began = monotonic()
            end, why = await self._once()
            self._ended = monotonic()
            wait = self._note(end, why, self._ended - began)
            if self.state is State.FORBIDDEN:
                # Only another secret helps, and that takes a restart.
                await asyncio.get_running_loop().create_future()
            await asyncio.sleep(wait)

    async def _once(self) -> tuple[End, str]:
        """One connection, from its beginning to its end; how and why it ended."""
        self.state = State.CONNECTING
        try:
            async with connecting(self._url) as connection:
                if self._hears and connection.response and (said := connection.response.headers.get("Date")):
                    self._hears(said)
                return await self._through(Link(connection, self._heard))
        except (OSError, TimeoutError, WebSocketException) as fault:
            return End.DROPPED, f"连不上：{type(fault).__name__}"

    async def _through(self, link: Link) -> tuple[End, str]:
        self._link, self.state = link, State.SUBSCRIBING
        tasks = [asyncio.create_task(link.read())]
        try:
            await link.call("aibot_subscribe", {"bot_id": self._id, "secret": self._secrets[0]})
            tasks.append(asyncio.create_task(link.ping()))
            self._is_live()
            await link.over()
        except Refused as refused:
            link.finish(End.FORBIDDEN if refused.code in _FORBIDDEN else End.REFUSED, str(refused))
        except (AckLost, NotLive) as fault:
            link.finish(End.DROPPED, f"登记连接时：{fault}")
        finally:
            # Cancelled, too: whoever waits for an answer hears that there will be none.
            link.finish(End.NOT_OURS, "已断开")
            self._link = None
            for task in tasks:
                task.cancel()
        return link.end, link.why

    def _is_live(self) -> None:
        self.state, self._trouble, self._forbidden = State.LIVE, "", 0
        log.info("企业微信机器人连上了%s", f"（此前失败 {self._failures} 次）" if self._failures else "")
        self._told("", self._seconds_deaf())
        self._deaf = 0.0

    def _seconds_deaf(self) -> float:
        return monotonic() - self._deaf if self._deaf else 0.0

    def _note(self, end: End, why: str, lasted: float) -> float:
        """Say what an operator should know; the seconds to wait before the next try."""
        if lasted >= STEADY:
            self._failures = 0
        if end is End.NOT_OURS:
            self._deaf = 0.0
            return 0.0
        self._deaf = self._deaf or self._ended
        self.state, self._trouble = State.WAITING, why
        if end is End.FORBIDDEN:
            self._forbidden += 1
            self._secrets = [*self._secrets[1:], self._secrets[0]]
            if self._forbidden == len(self._secrets):
                self._give_up(why)
                return 0.0
        failures, self._failures = self._failures, self._failures + 1
        wait = min(LONGEST_WAIT, 2.0 ** min(failures, 10)) * random.uniform(0.5, 1)
        if end is End.HALF_DEAD and not failures:
            wait = 0.0
        elif end is End.REFUSED:
            wait = max(wait, REFUSED_WAIT)
        elif end is End.TAKEN_OVER:
            self._taken = [at for at in self._taken if monotonic() - at < HOUR] + [monotonic()]
            wait = TAKEN_OVER_WAITS[min(len(self._taken), len(TAKEN_OVER_WAITS)) - 1] * random.uniform(1, 1.5)
        loud = end in (End.REFUSED, End.TAKEN_OVER)
        log.log(logging.ERROR if loud else logging.WARNING, "机器人的长连接：%s；%.0f 秒后再连", why, wait)
        return wait

    def _give_up(self, why: str) -> None:
        self.state = State.FORBIDDEN
        log.critical("机器人的 BotID 或 Secret 不对（%s）：请改 WECOM_ROBOT_ID 和 WECOM_ROBOT_SECRET 再重启", why)
        self._told(why, self._seconds_deaf())

    def report(self) -> dict[str, Any]:
        """How it goes: seconds since the server was last heard, failures in a row and since when, the last trouble."""
        last = self._link.last_heard if self.live and self._link else self._ended
        trouble = self._trouble or ("另一个进程连着" if self.state is State.ELSEWHERE else "")
        age = None if self.state is State.ELSEWHERE else round(monotonic() - last, 1)
        # One that is up is well, although its next failure would still be waited out for longer.
        failing = {"failures": self._failures if self._deaf else 0, "failing": round(self._seconds_deaf(), 1)}
        return {"mode": "socket", "state": str(self.state), "age": age, **failing, "trouble": trouble}
