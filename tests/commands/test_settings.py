"""The settings: the environment before .env, secrets from files, every problem at once, .env.example complete."""

import re
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pyrage.x25519 import Identity

from bot.settings import SECRETS, BadSettings, Settings, load
from tests.support.process import ROOT

NAMES = [name.upper() for name in Settings.model_fields]


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without .env, an environment without settings."""
    for name in (*NAMES, *(f"{secret}_FILE" for secret in SECRETS)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def problems() -> str:
    with pytest.raises(BadSettings) as bad:
        load()
    return str(bad.value)


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_explained_in_the_example(name: str) -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    assert any(re.match(rf"#? ?{name}=", line) for line in lines)


def test_the_example_as_it_stands_changes_nothing(empty: Path) -> None:
    plain = load()
    (empty / ".env").write_text((ROOT / ".env.example").read_text(encoding="utf-8"), encoding="utf-8")
    assert load() == plain


def test_the_example_names_only_settings() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^#? ?([A-Z_]+)=", text, re.MULTILINE)) <= {*NAMES, *(f"{each}_FILE" for each in SECRETS)}


def test_the_environment_beats_the_file(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty / ".env").write_text("PORT=1234\nHOST=0.0.0.0\n", encoding="utf-8")
    monkeypatch.setenv("PORT", "4321")
    assert (load().port, load().host) == (4321, "0.0.0.0")


OF_A_KIND = {
    "DATABASE_URL": "postgresql://bot@db/bot",
    "NAME_KEY": Fernet.generate_key().decode(),
    "TELEGRAM_TOKEN": "123456:ABC-DEF",
    "WECOM_AES_KEY": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",  # made-up
    "BACKUP_IDENTITY": str(Identity.generate()),
    "WECOM_GROUP_WEBHOOKS": "青禾区少工委/实验小学=a-key",
}
REST_OF = {
    "WECOM_CORP_ID": "ww1",
    "WECOM_AGENT_ID": "1000002",
    "WECOM_SECRET": "s",
    "WECOM_TOKEN": "t",
    "WECOM_AES_KEY": OF_A_KIND["WECOM_AES_KEY"],
    "WECOM_ROBOT_ID": "r",
    "WECOM_ROBOT_SECRET": "s",
}


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_comes_from_a_file(secret: str, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    value = OF_A_KIND.get(secret, "ABC-DEF")
    for name, word in REST_OF.items():
        if name != secret:
            monkeypatch.setenv(name, word)
    (empty / "secret").write_text(f"{value}\n", encoding="utf-8")
    monkeypatch.setenv(f"{secret}_FILE", str(empty / "secret"))
    assert getattr(load(), secret.lower()) == value


def miscopied(key: str) -> str:
    """One letter of it is another."""
    return key[:-1] + ("q" if key[-1] in "pP" else "p" if key.islower() else "P")


@pytest.mark.parametrize(("given", "wrong"), [
    ({"WECOM_CORP_ID": "ww1"}, "企业微信应用还需要 WECOM_AGENT_ID、WECOM_SECRET、WECOM_TOKEN、WECOM_AES_KEY"),
    ({"WECOM_ROBOT_SECRET": "s"}, "企业微信智能机器人还需要 WECOM_ROBOT_ID"),
    ({"WECOM_AES_KEY": "short"}, "WECOM_AES_KEY：应是企业微信后台给出的 43 个字母和数字"),
    ({"BACKUP_KEY": "age1short"}, "BACKUP_KEY：应是 age1 开头的公钥"),
    ({"BACKUP_KEY": miscopied(str(Identity.generate().to_public()))}, "BACKUP_KEY：应是 age1 开头的公钥"),
    ({"BACKUP_IDENTITY": miscopied(str(Identity.generate()))}, "BACKUP_IDENTITY：应是 AGE-SECRET-KEY-1 开头的私钥"),
    ({"WECOM_AGENT_ID": "one"}, "WECOM_AGENT_ID：应是数字"),
    ({"WECOM_TOKEN": "a,b,c"}, "WECOM_TOKEN：应原样复制"),
    ({"WECOM_API_URL": "qyapi"}, "WECOM_API_URL：应是 http:// 或 https:// 开头的地址"),
    ({"WECOM_ROBOT_URL": "https://x"}, "WECOM_ROBOT_URL：应是 ws:// 或 wss:// 开头的地址"),
    ({"WECOM_GROUP_WEBHOOKS": "实验小学"}, "WECOM_GROUP_WEBHOOKS：应像 青禾区少工委/实验小学=机器人的key"),
])  # fmt: skip
def test_wecom_is_all_or_nothing(given: dict[str, str], wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, word in given.items():
        monkeypatch.setenv(name, word)
    assert wrong in problems()


def test_group_robots_belong_to_units(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WECOM_GROUP_WEBHOOKS", " 青禾区少工委/实验小学=k-1 ; 青禾区少工委=k2;")
    assert load().wecom_groups == [("青禾区少工委/实验小学", "k-1"), ("青禾区少工委", "k2")]
    assert {"k-1", "k2"} <= set(load().secrets)


def test_the_name_of_a_secret_s_file_may_stand_in_env(empty: Path) -> None:
    (empty / "token").write_text("1:from-file\n", encoding="utf-8")
    (empty / ".env").write_text("TELEGRAM_TOKEN_FILE=token\n", encoding="utf-8")
    assert load().telegram_token == "1:from-file"


def test_a_secret_itself_beats_its_file(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty / "token").write_text("1:from-file", encoding="utf-8")
    (empty / ".env").write_text("TELEGRAM_TOKEN_FILE=token\n", encoding="utf-8")
    monkeypatch.setenv("TELEGRAM_TOKEN", "1:from-environment")
    assert load().telegram_token == "1:from-environment"


def test_a_file_named_in_the_environment_beats_env(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty / "token").write_text("1:from-file", encoding="utf-8")
    (empty / ".env").write_text("TELEGRAM_TOKEN=1:from-env\n", encoding="utf-8")
    assert load().telegram_token == "1:from-env"
    monkeypatch.setenv("TELEGRAM_TOKEN_FILE", str(empty / "token"))
    assert load().telegram_token == "1:from-file"


def test_all_problems_are_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "web")
    monkeypatch.setenv("TIMEZONE", "Asia/Atlantis")
    monkeypatch.setenv("LOG_LEVEL", "loud")
    monkeypatch.setenv("NAME_KEY", "too short")
    monkeypatch.setenv("TELEGRAM_TOKEN_FILE", "nowhere")
    said = problems()
    for name in ("PORT", "TIMEZONE", "LOG_LEVEL", "NAME_KEY", "TELEGRAM_TOKEN_FILE"):
        assert re.search(rf"^{name}：.*[\u4e00-\u9fff]", said, re.MULTILINE), name
    assert "python -m bot key" in said


def test_what_is_left_empty_is_as_if_it_were_not_written(empty: Path) -> None:
    written = [line for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines() if "=" in line]
    names = [line.partition("=")[0] for line in written if not line.startswith("#")]
    (empty / ".env").write_text("".join(f"{name}=\n" for name in names), encoding="utf-8")
    assert load() == Settings(_env_file=None)


def test_a_port_is_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "70000")
    assert problems() == "PORT：不能大于 65535"


def test_two_keys_during_rotation(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    monkeypatch.setenv("NAME_KEY", f"{new}, {old}")
    assert load().name_keys == [new, old]


def test_a_key_of_its_own_is_made_once_and_readable_by_its_owner_only(empty: Path) -> None:
    first = load().name_keys
    assert load().name_keys == first
    assert (empty / "data" / "name.key").stat().st_mode & 0o777 == 0o600


def test_a_file_in_another_encoding_is_said(empty: Path) -> None:
    (empty / ".env").write_bytes("DATA_DIR=数据\n".encode("gb18030"))
    assert problems() == ".env：请存成 UTF-8 编码"


def test_no_error_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAME_KEY", "a-secret-that-is-no-key")
    assert "a-secret" not in problems()
