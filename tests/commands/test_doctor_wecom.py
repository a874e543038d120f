"""doctor and the app of WeCom: the secret, the trusted address, the clock, the callback asked as the console asks."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.clock import Clock
from bot.commands.doctor import wecom as checks
from tests.support import commanding
from tests.support.platforms.fake_wecom import SECRET, FakeWecom
from tests.support.process import Serving

pytestmark = pytest.mark.both

folder = commanding.folder
Found = dict[str, list[tuple[str, str]]]
Asked = Callable[..., Found]


@pytest.fixture
def fake() -> Iterator[FakeWecom]:
    with FakeWecom(dated=True) as wecom:
        yield wecom


@pytest.fixture
def asked(fake: FakeWecom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Asked:
    """name → its lines as (level, sentence), with these settings."""

    def ask(*, status: int = 0, **settings: str) -> Found:
        for name, value in {**fake.settings, **settings}.items():
            monkeypatch.setenv(name.upper(), value)
        assert main(["doctor"]) == status
        out, err = capsys.readouterr()
        assert SECRET not in out + err and fake.settings["wecom_aes_key"] not in out + err
        found: Found = {}
        for level, name, sentence in commanding.of_doctor(out):
            found.setdefault(name, []).append((level, sentence))
        return found

    return ask


def test_all_is_well_before_the_bot_runs(asked: Asked) -> None:
    found = asked()
    assert [level for level, _ in found["wecom"]] == [level for level, _ in found["clock"]] == ["ok"]
    assert [level for level, _ in found["callback"]] == ["warn", "warn"]
    assert "机器人没有运行" in found["callback"][0][1] and "/wecom/callback" in found["callback"][1][1]


def test_the_callback_is_asked_here_and_from_outside(asked: Asked, fake: FakeWecom, tmp_path: Path) -> None:
    environment = {name.upper(): value for name, value in fake.settings.items()}
    (tmp_path / "serving").mkdir()
    with Serving(tmp_path / "serving", **environment) as bot:
        here = {"PORT": bot.url.rpartition(":")[2], "PUBLIC_URL": bot.url}
        found = asked(**here)
        assert [level for level, _ in found["callback"]] == ["ok", "ok"]
        # The settings were changed, and the bot not started again.
        for name, value, why in (
            ("wecom_token", "another-token", "WECOM_TOKEN"),
            ("wecom_aes_key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "WECOM_AES_KEY"),
        ):
            found = asked(status=1, **here, **{name: value})
            assert all(level == "fail" and why in words for level, words in found["callback"]), found
            here |= {name.upper(): fake.settings[name]}
        found = asked(status=1, **{**here, "PUBLIC_URL": f"{bot.url}/elsewhere"})
        assert found["callback"][1][0] == "fail" and "没有这个地址" in found["callback"][1][1]


def test_an_address_that_is_not_trusted_is_named(asked: Asked, fake: FakeWecom) -> None:
    fake.trusted = False
    [(level, words)] = asked(status=1)["wecom"]
    assert level == "fail" and "企业可信IP" in words and "203.0.113.7" in words


@pytest.mark.parametrize(
    ("fault", "words"), [("40001", "WECOM_SECRET"), ("40013", "WECOM_CORP_ID"), ("html", "HTTP 502")]
)
def test_a_refused_secret(asked: Asked, fake: FakeWecom, fault: str, words: str) -> None:
    fake.always["gettoken"] = fault
    [(level, said)] = asked(status=1)["wecom"]
    assert level == "fail" and words in said


def test_no_way_to_wecom(asked: Asked) -> None:
    [(level, words)] = asked(status=1, wecom_api_url="http://127.0.0.1:9/cgi-bin")["wecom"]
    assert level == "fail" and "127.0.0.1:9" in words


@pytest.mark.parametrize(("minutes", "level", "status"), [(1, "ok", 0), (5, "warn", 0), (-15, "fail", 1)])
def test_a_clock_that_is_wrong(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, minutes: int, level: str, status: int
) -> None:
    # Only ours: the platform's runs in this process too.
    ours = datetime.now(UTC) + timedelta(minutes=minutes)
    monkeypatch.setattr(checks, "Clock", lambda zone: Clock(zone, lambda: ours))
    [(found, words)] = asked(status=status)["clock"]
    assert found == level and (level == "ok" or f"{abs(minutes)} 分钟" in words)
