"""Whatever is sent, there is a clear sentence, nothing falls over, and the next good message works."""

import base64
import itertools
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.process import Serving
from tests.support.waiting import PATIENCE

PHOTO = base64.b64encode((Path(__file__).parents[1] / "support" / "photo.jpg").read_bytes()).decode()
CHINESE = re.compile("[一-鿿]{2}")
_ids = itertools.count()


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("bad"), fresh=True) as serving:
        yield serving


@pytest.fixture(scope="module")
def client(bot: Serving) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=bot.url, timeout=PATIENCE, trust_env=False) as client:
        yield client


@pytest.fixture
def http(bot: Serving, client: httpx.Client) -> Iterator[httpx.Client]:
    """A client; afterwards the bot is as well as before."""
    logged = bot.log.stat().st_size
    yield client
    assert bot.process.poll() is None, "the bot has died"
    assert client.get("/health").json()["status"] == "ok"
    assert "帮助" in said(client, "帮助")
    assert "Traceback" not in bot.log.read_text(encoding="utf-8")[logged:]


def body(text: str = "帮助", person: str = "张老师", **more: Any) -> dict[str, Any]:
    return {"id": f"b{next(_ids)}", "person": person, "text": text, **more}


def said(client: httpx.Client, text: str, person: str = "张老师", **more: Any) -> str:
    """What the bot answers a message that the page accepts."""
    answer = client.post("/practice/messages", json=body(text, person, **more))
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "done"
    return "\n".join(reply["text"] for reply in answer.json()["replies"])


def refused(answer: httpx.Response, *statuses: int) -> str:
    """The sentence of a refused request."""
    assert answer.status_code in statuses, (answer.status_code, answer.text)
    sentence: str = answer.json()["error"]
    assert CHINESE.search(sentence) and len(sentence) < 100
    return sentence


# Texts that nobody should send


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\n\t 　",
        "\x00\x01\x02\x7f",
        "三(2)\x00中队",
        "😀🎉👩‍👩‍👧‍👦",
        "<script>alert(1)</script>",
        "<xml><ToUserName><![CDATA[x]]></ToUserName></xml>",
        "'; DROP TABLE checkin; --",
        '=HYPERLINK("http://evil","点我")',
        "+1+1",
        "@SUM(A1:A9)",
        "\u202e中队\u202c 38人",
        "\u200b\u200d\ufeff",
        "中\u200b队\u200b 主题队日",
        "٣(٢)中队 主题队日 ٣٨人",
        "{0}{text}%s%(x)d${x}",
        "/" * 500,
        "加入 " * 400,
        "撤回 99999999999999999999",
        "更正 -1",
    ],
    ids=ascii,
)
@pytest.mark.parametrize("person", ["张老师", "陌生人"])
def test_odd_text_gets_a_sentence(http: httpx.Client, text: str, person: str) -> None:
    assert CHINESE.search(said(http, text, person))


def test_a_text_of_ten_thousand_characters_is_too_long(http: httpx.Client) -> None:
    assert "消息太长了（10000 字），没有处理" in said(http, "三" * 10_000)
    assert "消息太长了" in refused(http.post("/practice/messages", json=body("三" * 30_000)), 400)


@pytest.mark.parametrize("field", ["text", "button", "person", "id"])
def test_half_a_character_in_json(http: httpx.Client, field: str) -> None:
    """JSON can carry a lone surrogate; no database, no platform and no page can."""
    person = {"text": "林老师", "button": "方老师"}.get(field, "张老师")
    message = {**body("三(2)中队", person), field: "半个\ud800字"}
    raw = json.dumps(message).encode()
    assert rb"\ud800" in raw
    answer = http.post("/practice/messages", content=raw)
    if field in ("person", "id"):
        assert "1 到 80 个字符" in refused(answer, 400)
        return
    assert answer.status_code == 200 and answer.json()["replies"][0]["text"]
    # The page can still be opened, and shows it.
    with http.stream("GET", "/practice/events", params={"person": person}) as stream:
        assert any("半个" in line for line in lines_until(stream, message["id"])) == (field == "text")


def lines_until(stream: httpx.Response, word: str) -> Iterator[str]:
    for line in stream.iter_lines():
        yield line
        if word in line:
            return


# Check-ins that cannot be


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("九(9)中队 主题队日 38人", "九(9)中队"),
        ("三(2)中队 主题队日 -5人", "人"),
        ("三(2)中队 主题队日 99999人", "人"),
        ("三(2)中队 主题队日 应到40实到42", "人"),
        ("三(2)中队 主题队日 38人 2月30日", "日"),
        ("三(2)中队 主题队日 38人 2099年1月1日", "日"),
    ],
)
def test_an_impossible_check_in_is_asked_about_and_not_counted(
    bot: Serving, http: httpx.Client, text: str, part: str
) -> None:
    before = checkins(bot)
    answer = said(http, text)
    assert "已记录" not in answer and part in answer and CHINESE.search(answer)
    assert checkins(bot) == before


def checkins(bot: Serving) -> int:
    with closing(sqlite3.connect(bot.log.parent / "practice.db")) as db:
        return int(db.execute("SELECT count(*) FROM checkin").fetchone()[0])


# Requests that are none


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"\xff\xfe",
        b'{"id": "x", "person": "\xff"}',
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b'{"id": ' + b"9" * 10_000 + b"}",
        b'{"id": NaN, "person": Infinity}',
    ],
    ids=range(11),
)
@pytest.mark.parametrize("path", ["/practice/messages", "/practice/clock"])
def test_what_is_no_request_is_refused(http: httpx.Client, content: bytes, path: str) -> None:
    refused(http.post(path, content=content), 400)


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": ""},
        {"id": 5},
        {"id": "x" * 81},
        {"id": "a\nb"},
        {"person": None},
        {"person": ["张老师"]},
        {"person": "\x00"},
        {"text": 5},
        {"text": []},
        {"text": {}},
        {"text": False},
        {"button": 7},
        {"button": "x" * 65},
        {"file": "x"},
        {"file": []},
        {"file": {}},
        {"file": {"name": "x.jpg", "data": 5}},
        {"file": {"name": "x.jpg", "data": "no base64!"}},
    ],
    ids=str,
)
def test_wrong_types_and_missing_fields_are_refused(http: httpx.Client, change: dict[str, Any]) -> None:
    message = {name: value for name, value in {**body(), **change}.items() if value is not None}
    refused(http.post("/practice/messages", json=message), 400)


@pytest.mark.parametrize("now", ["", "gestern", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 5, None, []])
def test_a_time_that_is_none_is_refused(http: httpx.Client, now: Any) -> None:
    refused(http.post("/practice/clock", json={"now": now}), 400)


# Photos


def test_a_photo_of_thirty_megabytes_is_too_big(http: httpx.Client) -> None:
    data = base64.b64encode(b"\xff\xd8\xff" + bytes(30 << 20)).decode()
    answer = http.post("/practice/messages", json=body("三(2)中队", file={"name": "大.jpg", "data": data}))
    assert "照片太大了" in refused(answer, 400, 413)


@pytest.mark.parametrize("size", [12 << 20, 33 << 20])
def test_what_is_no_photo_is_not_called_one(http: httpx.Client, size: int) -> None:
    data = base64.b64encode(bytes(size)).decode()
    answer = http.post("/practice/messages", json=body("导入", file={"name": "名册.csv", "type": "", "data": data}))
    assert "文件太大了" in refused(answer, 400, 413)


def test_a_body_of_a_hundred_megabytes_is_not_read(bot: Serving, http: httpx.Client) -> None:
    before = memory_of(bot)

    def endless() -> Iterator[bytes]:
        yield from itertools.repeat(bytes(1 << 20), 100)

    for content in (endless(), bytes(100 << 20)):
        # To hang up is an answer as well.
        with suppress(httpx.TransportError):
            refused(http.post("/practice/messages", content=content), 400, 413)
    assert memory_of(bot) - before < 80, "MiB"


def memory_of(bot: Serving) -> float:
    """Peak resident memory in MiB."""
    status = Path(f"/proc/{bot.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00 no picture", b"\xff\xd8\xff\xe0 half a picture", b"<svg/>"])
def test_a_file_that_is_no_picture_is_told(bot: Serving, http: httpx.Client, content: bytes) -> None:
    person = "李老师"
    said(http, "三(2)中队 主题队日 38人", person)
    data = base64.b64encode(content).decode()
    name = "../../etc/passwd\ud800"
    raw = json.dumps(body("", person, file={"name": name, "type": "image/jpeg", "data": data}))
    answer = http.post("/practice/messages", content=raw)
    assert answer.status_code == 200 and CHINESE.search(answer.json()["replies"][0]["text"])
    if "附到" in answer.json()["replies"][0]["text"]:
        with http.stream("GET", "/practice/events", params={"person": person}) as stream:
            assert any("打不开" in line for line in lines_until(stream, "打不开"))


def test_a_good_photo_still_works(http: httpx.Client) -> None:
    assert CHINESE.search(said(http, "三(2)中队 主题队日 38人", file={"name": "照片.jpg", "data": PHOTO}))


# From elsewhere


def test_odd_addresses_are_not_found(http: httpx.Client) -> None:
    for path in ("/practice/files/..%2F..%2Fname.key/x", "/practice/..%2fname.key.js", "/practice/files/x/y", "/.env"):
        assert http.get(path).status_code == 404, path
    assert http.get("/practice/messages").status_code == 405
    refused(http.get("/practice/events"), 400)


@pytest.mark.parametrize("place", ["9" * 5000, "9" * 30, "-1", "x", "¹"])
def test_an_odd_place_in_the_stream_is_ignored(http: httpx.Client, place: str) -> None:
    headers = {"Last-Event-ID": place.encode()}
    with http.stream("GET", "/practice/events", params={"person": "罗主任"}, headers=headers) as stream:
        assert stream.status_code == 200 and next(stream.iter_lines())
