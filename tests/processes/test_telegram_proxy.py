"""The real bot behind a proxy with a password: it polls, sends and downloads through it, and only through it."""

import ipaddress
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from storage.tables import file
from tests.channels.telegram.test_process import CHECKIN, PHOTO, ZHANG, Bot
from tests.support.platforms.fake_telegram import TOKEN, FakeTelegram
from tests.support.platforms.proxies import PASSWORD, Proxy
from tests.support.process import ROOT, Serving
from tests.support.waiting import PATIENCE, until

WAYS = ("forward", "connect", "socks5")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a Bot API server on loopback, its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now, here = datetime.now(UTC), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    signed = made.add_extension(x509.SubjectAlternativeName([here]), critical=False).sign(key, hashes.SHA256())
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    whole = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(whole + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, certificate: Path) -> Iterator[tuple[FakeTelegram, Proxy]]:
    """Telegram, and the proxy before it: through a plain one, through a tunnel for TLS, through SOCKS5."""
    with (
        FakeTelegram(certificate if request.param == "connect" else None) as telegram,
        Proxy(socks=request.param == "socks5") as proxy,
    ):
        telegram.files["photo-1"] = PHOTO
        yield telegram, proxy


def environment(telegram: FakeTelegram, certificate: Path, proxy: str) -> dict[str, str]:
    where = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url, "TELEGRAM_PROXY": proxy}
    return {**where, "SSL_CERT_FILE": str(certificate)}


@pytest.mark.both
def test_everything_goes_through_the_proxy(tmp_path: Path, certificate: Path, way: tuple[FakeTelegram, Proxy]) -> None:
    telegram, proxy = way
    bot = Bot(tmp_path, telegram)
    settings = {**bot.environment, **environment(telegram, certificate, proxy.url())}
    with Serving(tmp_path, **settings) as serving:
        sizes = [{"file_id": "photo-1", "file_unique_id": "p", "width": 9, "height": 9}]
        telegram.say(ZHANG, photo=sizes, caption=CHECKIN)
        until(lambda: telegram.texts(ZHANG))
        assert telegram.texts(ZHANG)[0].startswith("已记录：三(2)中队 主题队日")
        until(lambda: bot.count(select(file.c.state == "stored").where(file.c.ref == "photo-1")))
        telegram.press(ZHANG, "撤回")
        until(lambda: len(telegram.texts(ZHANG)) == 2)
        until(lambda: "setMyCommands" in [method for method, _ in telegram.calls])
        asked = subprocess.run(
            [sys.executable, "-m", "bot", "doctor"], cwd=ROOT, capture_output=True, text=True, check=False,
            env={**os.environ, **settings, "DATA_DIR": str(tmp_path)},
        )  # fmt: skip
        assert serving.stop()[0] == 0
        log = serving.log.read_text()
    assert telegram.callers <= proxy.ports and set(proxy.targets) == {("127.0.0.1", telegram.port)}
    assert "正常 代理：" in asked.stdout and "正常 Telegram：" in asked.stdout, asked.stdout
    for text in (log, asked.stdout, asked.stderr):
        assert PASSWORD not in text and "made-up" not in text
    bot.engine.database.close()


@pytest.mark.parametrize("socks", [False, True], ids=["http", "socks5"])
def test_a_proxy_that_refuses_is_said_without_its_password(tmp_path: Path, certificate: Path, socks: bool) -> None:
    with FakeTelegram() as telegram, Proxy(socks) as proxy:
        settings = environment(telegram, certificate, proxy.url(password="planted-wrong-password"))
        with Serving(tmp_path, **settings) as serving:
            until(lambda: proxy.refused > 1)
            time.sleep(0.1)
            said = httpx.get(f"{serving.url}/health", trust_env=False, timeout=PATIENCE).json()
            assert said["status"] == "ok" and said["telegram"]["failures"] > 0
            assert "TELEGRAM_PROXY" in said["warnings"][0]
            assert serving.stop()[0] == 0
            log = serving.log.read_text()
    assert telegram.calls == [] and "TELEGRAM_PROXY" in log
    assert "planted" not in log and "planted" not in str(said)
