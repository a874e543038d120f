"""The 企业微信 API on this machine: the real limits and errors, faults as the test scripts them, a record of all."""

import asyncio
import json
import time
from collections import defaultdict, deque
from itertools import count
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.platforms import fake_wecom_rules as rules
from tests.support.platforms.fake_telegram import CutShort
from tests.support.platforms.quick_server import Served

CORP, AGENT, SECRET = "ww0000000000000001", 1000002, "made-up-app-secret"
# Those of the platform's own sample (vector V1), so that any library can check what is sealed with them.
TOKEN, AES_KEY = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"  # made-up
DAY = 86_400
A_MINUTE, AN_HOUR = 30, 1000


class FakeWecom(Served):
    """Serves one app from a thread of its own; use it as a context manager. Everybody is a member but `unknown`."""

    def __init__(self, *, dated: bool = False) -> None:
        """`dated`: its answers say this machine's time; the stage has a day of its own."""
        # One entry for each receiver: to, type, text | card | file, task, at.
        self.sent: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        # What one member was sent too fast, which the platform drops without a word.
        self.dropped: list[dict[str, Any]] = []
        # By path, e.g. "message/send": an error code, "html", "html 200", "html 403", "endless", "lost" (done, but the
        # answer is cut short), "cut" (not done).
        self.faults: dict[str, deque[str]] = defaultdict(deque)
        # The same, for every call of the path.
        self.always: dict[str, str] = {}
        self.secrets = [SECRET]
        self.unknown: set[str] = set()
        self.callback = True
        self.trusted = True
        self.seconds = 7200
        # How many seconds every answer takes.
        self.delay = 0.0
        # How far this platform's clock is ahead.
        self.ahead = 0.0
        self.menu: dict[str, Any] = {}
        self.files: dict[str, bytes] = {}
        self.names: dict[str, str] = {}
        self._uploaded: dict[str, float] = {}
        self._tokens: dict[str, float] = {}
        self._tasks: dict[str, list[str]] = {}
        self._codes: dict[str, tuple[str, float]] = {}
        self._times: dict[str, deque[float]] = defaultdict(deque)
        self._seen: dict[str, float] = {}
        self._numbers = count(1)
        routes = [Route("/cgi-bin/{path:path}", self._serve, methods=["GET", "POST"])]
        self.serve("fake-wecom", routes, date_header=dated)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/cgi-bin"

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that point a bot at this platform."""
        app = {"wecom_corp_id": CORP, "wecom_agent_id": str(AGENT), "wecom_secret": SECRET}
        return {**app, "wecom_token": TOKEN, "wecom_aes_key": AES_KEY, "wecom_api_url": self.url}

    # --- what tests ask -----------------------------------------------------------------------------------

    def sent_to(self, user: str) -> list[dict[str, Any]]:
        return [sent for sent in self.sent if sent["to"] == user.lower()]

    def texts(self, user: str) -> list[str]:
        """What this member sees in the WeChat plug-in too."""
        return [sent["text"] for sent in self.sent_to(user) if sent["type"] == "text"]

    def cards(self, user: str) -> list[dict[str, Any]]:
        return [sent for sent in self.sent_to(user) if sent["type"] == "template_card"]

    def paths(self, path: str) -> list[dict[str, Any]]:
        """The bodies that came to this path."""
        return [body for called, body in self.calls if called == path]

    def click(self, user: str, label: str, card: int = -1) -> dict[str, Any]:
        """What the callback of a press says: on the button, or the option of a list, with this label."""
        shown = [sent for sent in self.cards(user) if label in labels(sent["card"])][card]
        content, task = shown["card"], shown["task"]
        event = {"TaskId": task, "CardType": content["card_type"], "ResponseCode": self._code(task)}
        if content["card_type"] == "button_interaction":
            return {**event, "EventKey": labels(content)[label]}
        item = {"QuestionKey": content["select_list"][0]["question_key"]}
        chosen = {"SelectedItem": {**item, "OptionIds": {"OptionId": labels(content)[label]}}}
        return {**event, "EventKey": content["submit_button"]["key"], "SelectedItems": chosen}

    def forget_tokens(self) -> None:
        """Void all tokens before their time, as the platform may."""
        self._tokens.clear()

    def now(self) -> float:
        return time.time() + self.ahead

    # --- the server ---------------------------------------------------------------------------------------

    async def _serve(self, request: Request) -> Any:
        path, query = request.path_params["path"], dict(request.query_params)
        body = await request.body()
        multipart = request.headers.get("content-type", "").startswith("multipart/")
        asked = _upload(body) if multipart else json.loads(body) if body else query
        self.calls.append((path, asked))
        await asyncio.sleep(self.delay)
        fault = self.faults[path].popleft() if self.faults[path] else self.always.get(path, "")
        if fault == "endless":
            return Response(b" " * (17 << 20), media_type="application/json")
        if fault.startswith("html"):
            return Response("<h1>Sorry</h1>", int(fault[5:] or 502), media_type="text/html")
        if fault == "cut":
            return CutShort()
        if fault and fault != "lost":
            return _error(int(fault))
        if path != "gettoken" and (refused := self._token_is_bad(query.get("access_token", ""))):
            return _error(refused)
        if path != "gettoken" and not self.trusted:
            return _error(60020)
        answer = getattr(self, "_" + path.replace("/", "_"))({**query, **asked})
        return CutShort() if fault == "lost" else answer

    def _token_is_bad(self, token: str) -> int:
        if token not in self._tokens:
            return 40014
        return 42001 if self._tokens[token] <= self.now() else 0

    def _gettoken(self, asked: dict[str, Any]) -> Response:
        if asked.get("corpid") != CORP:
            return _error(40013)
        if asked.get("corpsecret") not in self.secrets:
            return _error(40001)
        # Within its time the platform gives the same one again.
        for token, until in self._tokens.items():
            if until > self.now():
                return _fine(access_token=token, expires_in=int(until - self.now()))
        token = f"made-up-access-token-{next(self._numbers)}"
        self._tokens[token] = self.now() + self.seconds
        return _fine(access_token=token, expires_in=self.seconds)

    def _getcallbackip(self, asked: dict[str, Any]) -> Response:
        return _fine(ip_list=["101.226.103.*"])

    def _message_send(self, asked: dict[str, Any]) -> Response:
        known = {name for name in self._uploaded if self._is_kept(name)}
        refused = rules.message(asked, AGENT, known)
        if not refused and asked["msgtype"] == "template_card":
            refused = rules.card(asked["template_card"], self._tasks, self.callback)
        users = [user.lower() for user in asked.get("touser", "").split("|")]
        unknown = [user for user in users if user in self.unknown]
        if not refused and len(unknown) == len(users):
            refused = 81013
        if refused:
            return _error(refused)
        msgid = f"msg{next(self._numbers)}"
        self._deliver(asked, [user for user in users if user not in self.unknown], msgid)
        task = asked.get("template_card", {}).get("task_id")
        more = {"response_code": self._code(task)} if task else {}
        return _fine(invaliduser="|".join(unknown), msgid=msgid, **more)

    def _message_recall(self, asked: dict[str, Any]) -> Response:
        there = [sent for sent in self.sent if sent["msgid"] == asked["msgid"]]
        # What is a day old stays.
        if not there or there[0]["at"] <= time.monotonic() + self.ahead - DAY:
            return _error(40058)
        self.sent = [sent for sent in self.sent if sent not in there]
        return _fine()

    def _deliver(self, asked: dict[str, Any], users: list[str], msgid: str) -> None:
        checked = ("enable_duplicate_check", "duplicate_check_interval")
        key = json.dumps({name: value for name, value in asked.items() if name not in checked}, sort_keys=True)
        before, self._seen[key] = self._seen.get(key), self.now()
        interval = asked.get("duplicate_check_interval", 1800)
        if asked.get("enable_duplicate_check") and before is not None and before > self.now() - interval:
            return
        shown = {"type": asked["msgtype"], "at": time.monotonic(), "msgid": msgid, **self._shown(asked)}
        if task := shown.get("task"):
            self._tasks[task] = users
        for user in users:
            (self.sent if self._in_time(user) else self.dropped).append({"to": user, **shown})

    def _shown(self, asked: dict[str, Any]) -> dict[str, Any]:
        kind, content = asked["msgtype"], asked[asked["msgtype"]]
        if kind == "template_card":
            return {"card": content, "task": content.get("task_id", "")}
        if kind in ("text", "markdown"):
            # Longer is cut, in the middle of a character if need be.
            return {"text": content["content"].encode()[: rules.MOST_IN_TEXT].decode(errors="replace")}
        name = content["media_id"]
        return {"file": self.files[name], "name": self.names.get(name, ""), "media_id": name}

    def _in_time(self, user: str) -> bool:
        now, times = self.now(), self._times[user]
        while times and times[0] <= now - 3600:
            times.popleft()
        minute = sum(1 for at in times if at > now - 60)
        times.append(now)
        return minute < A_MINUTE and len(times) <= AN_HOUR

    def _code(self, task: str) -> str:
        code = f"code-{next(self._numbers)}"
        self._codes[code] = task, self.now()
        return code

    def _message_update_template_card(self, asked: dict[str, Any]) -> Response:
        task, at = self._codes.pop(asked.get("response_code", ""), ("", 0.0))
        new = asked.get("button", {}).get("replace_name") or asked.get("template_card")
        if not task or at <= self.now() - 3 * DAY:
            return _error(rules.BAD_CODE)
        if asked.get("agentid") != AGENT or not new or len(asked.get("userids", [])) > rules.MOST_RECEIVERS:
            return _error(40058)
        there = [user for user in asked["userids"] if user in self._tasks.get(task, ())]
        for sent in self.sent:
            if sent.get("task") == task and sent["to"] in there:
                sent["replaced"] = new
        return _fine(invaliduser=[user for user in asked["userids"] if user not in there])

    def _menu_create(self, asked: dict[str, Any]) -> Response:
        if refused := rules.menu(asked):
            return _error(refused)
        self.menu = {"button": asked["button"]}
        return _fine()

    def _menu_get(self, asked: dict[str, Any]) -> Response:
        return _fine(**self.menu) if self.menu else _error(46003)

    def _media_upload(self, asked: dict[str, Any]) -> Response:
        kind, name, content = asked.get("type", ""), asked["name"], asked["content"]
        if refused := rules.medium(kind, name, content, asked["disposition"]):
            return _error(refused)
        media_id = f"{kind}-{next(self._numbers)}"
        self.files[media_id], self.names[media_id], self._uploaded[media_id] = content, name, self.now()
        return _fine(type=kind, media_id=media_id, created_at=str(int(self.now())))

    def _media_get(self, asked: dict[str, Any]) -> Response:
        media_id = asked.get("media_id", "")
        if media_id not in self.files or not self._is_kept(media_id):
            return _error(40007)
        if len(self.files[media_id]) > 20 << 20:
            return _error(830002)
        return Response(self.files[media_id], media_type="image/jpeg")

    def _is_kept(self, media_id: str) -> bool:
        return self._uploaded.get(media_id, self.now()) > self.now() - 3 * DAY


def labels(card: dict[str, Any]) -> dict[str, str]:
    """What can be pressed on a card: label → key."""
    options = [option for each in card.get("select_list", []) for option in each["option_list"]]
    pressed = {each["text"]: each["key"] for each in card.get("button_list", [])}
    return {**pressed, **{option["text"]: option["id"] for option in options}}


def _fine(**more: Any) -> JSONResponse:
    return JSONResponse({"errcode": 0, "errmsg": "ok", **more})


def _error(code: int) -> JSONResponse:
    return JSONResponse({"errcode": code, "errmsg": rules.WORDS.get(code, "refused")})


def _upload(body: bytes) -> dict[str, Any]:
    """The name, content and header of the one field of a multipart body; the header is raw UTF-8."""
    head, _, rest = body.partition(b"\r\n\r\n")
    boundary, disposition = head.split(b"\r\n")[0], head.decode()
    name = disposition.partition('filename="')[2].partition('"')[0] if 'name="media"' in disposition else ""
    return {"name": name, "content": rest.rpartition(b"\r\n" + boundary)[0], "disposition": disposition}
