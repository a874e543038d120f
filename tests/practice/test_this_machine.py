"""The practice page is this machine's only: who comes by another name or page is told how to come."""

import httpx
import pytest

from tests.practice import test_bad_input
from tests.practice.test_bad_input import body, refused

bot, client, http = test_bad_input.bot, test_bad_input.client, test_bad_input.http


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:80"},
        {"Host": "[::1"},
        {"Host": ""},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[::1"},
        {"Origin": "http://127.0.0.1.evil.example"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/practice/messages", "/practice/clock", "/practice/restart"])
def test_only_this_machine_may(http: httpx.Client, headers: dict[str, str], path: str) -> None:
    assert "本机" in refused(http.post(path, json=body(), headers=headers), 403)


def test_the_page_itself_is_only_for_this_machine_and_says_so(http: httpx.Client) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "0.0.0.0", ""):
        said = refused(http.get("/", headers={"Host": host}), 403)
        assert "localhost" in said and "ssh -L" in said
        assert "ssh -L" in refused(http.get("/practice/state", headers={"Host": host}), 403)
    for host in ("localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]:8080"):
        assert http.get("/", headers={"Host": host}).status_code == 200
