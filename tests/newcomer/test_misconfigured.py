"""What people get wrong when they set the bot up: doctor says each with its cure and ends with 1, serve the same."""

import json
import os
import re
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.commands.doctor.line import NAMES
from tests.support import commanding
from tests.support.process import ROOT

pytestmark = [
    pytest.mark.both,
    pytest.mark.sqlite("a file and what is beside it can be wrong in more ways than a server's database"),
]

folder, imported, filled = commanding.folder, commanding.imported, commanding.filled

APP = {
    "WECOM_CORP_ID": "ww1", "WECOM_AGENT_ID": "1000002", "WECOM_SECRET": "s", "WECOM_TOKEN": "t",
    "WECOM_AES_KEY": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",  # made-up
}  # fmt: skip
# The way to no platform: a port where nobody listens.
TELEGRAM = {"TELEGRAM_TOKEN": "1:a", "TELEGRAM_API_URL": "http://127.0.0.1:1/bot"}
HOOK = {**TELEGRAM, "TELEGRAM_MODE": "webhook", "PUBLIC_URL": "https://x.cn", "TELEGRAM_WEBHOOK_SECRET": "a"}
ROBOT_URL = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc"

SETTINGS: list[tuple[dict[str, str], str]] = [
    ({"TELEGRAM_TOKEN": "abc"}, "应像 123456:ABC-DEF"),
    ({"TELEGRAM_TOKEN": "<1:abc>"}, "由 @BotFather 给出"),
    ({"TELEGRAM_MODE": "pull"}, "只能是 polling 或 webhook"),
    ({**HOOK, "PUBLIC_URL": ""}, "还需要 PUBLIC_URL"),
    ({**HOOK, "TELEGRAM_WEBHOOK_SECRET": ""}, "还需要 TELEGRAM_WEBHOOK_SECRET"),
    ({**HOOK, "PUBLIC_URL": "http://x.cn"}, "应是 https:// 开头"),
    ({**HOOK, "PUBLIC_URL": "x.cn"}, "应是 https:// 开头"),
    ({**HOOK, "PUBLIC_URL": "https://x.cn:8000"}, "Telegram 只找 443、80、88、8443 端口"),
    ({"TELEGRAM_WEBHOOK_SECRET": "a b"}, "1 到 256 个字母"),  # pragma: allowlist secret
    ({"TELEGRAM_NAMES": "maybe"}, "应是 1 或 0"),
    ({"TELEGRAM_API_URL": "api.telegram.org"}, "应是 http:// 或 https:// 开头"),
    ({"TELEGRAM_FILE_URL": "file:///x"}, "应是 http:// 或 https:// 开头"),
    ({"TELEGRAM_PROXY": "127.0.0.1:7890"}, "socks5:// 开头的地址"),
    *[({name: word for name, word in APP.items() if name != left_out}, f"还需要 {left_out}") for left_out in APP],
    ({**APP, "WECOM_AGENT_ID": "app"}, "应是数字"),
    ({**APP, "WECOM_AES_KEY": "short"}, "43 个字母和数字"),
    ({**APP, "WECOM_TOKEN": "a,b,c"}, "应原样复制"),
    ({**APP, "WECOM_CORP_ID": "我的企业"}, "应只有字母、数字"),
    ({"WECOM_ROBOT_ID": "r"}, "还需要 WECOM_ROBOT_SECRET"),
    ({"WECOM_ROBOT_SECRET": "r"}, "还需要 WECOM_ROBOT_ID"),
    ({"WECOM_ROBOT_URL": "https://x"}, "应是 ws:// 或 wss:// 开头"),
    ({"WECOM_GROUP_WEBHOOKS": ROBOT_URL}, "只写 webhook 地址里 key= 后面的那一串"),
    ({"WECOM_GROUP_WEBHOOKS": f"实验小学={ROBOT_URL}"}, "只写 webhook 地址里 key= 后面的那一串"),
    ({"TELEGRAM_MODE": "webhook"}, "还需要 TELEGRAM_TOKEN"),
    ({"WECOM_GROUP_WEBHOOKS": "实验小学=a，育红小学=b"}, "几个之间用分号隔开"),
    ({"WECOM_GROUP_WEBHOOKS": "实验小学"}, "应像 青禾区少工委/实验小学=机器人的key"),
    ({"WECOM_GROUP_WEBHOOKS": "实验小学=a"}, "群机器人要和别的平台一起用"),
    ({"DATABASE_URL": "mysql://bot@h/b"}, "应像 postgresql://用户:密码@主机/名称"),
    ({"DATABASE_URL": "bot.db"}, "用 SQLite 就空着"),
    ({"DATABASE_URL": "postgresql://u:p@127.0.0.1:1/b"}, "请启动 PostgreSQL"),
    ({"DATABASE_URL": "postgresql://u:p@no.such.host.invalid/b"}, "找不到这台主机"),
    ({"DATA_DIR": "roster.csv"}, "路径中间有一个不是目录"),
    ({"DATA_DIR": "/proc/x"}, "请换 DATA_DIR"),
    ({"NAME_KEY": "short"}, "python -m bot key"),
    ({"NAME_KEY_FILE": "nowhere"}, "没有这个文件或目录"),
    ({"TELEGRAM_TOKEN_FILE": "."}, "这是一个目录"),
    ({"HOST": "no.such.host.invalid"}, "不是这台机器的地址"),
    ({"HOST": "203.0.113.9"}, "不是这台机器的地址"),
    ({"HOST": "http://127.0.0.1"}, "不带 http:// 和端口"),
    ({"HOST": "0.0.0.0:8080"}, "不带 http:// 和端口"),
    ({"PORT": "70000"}, "不能大于 65535"),
    ({"PORT": "web"}, "应是整数"),
    ({"TIMEZONE": "Beijing"}, "例如 Asia/Shanghai"),
    ({"LOG_LEVEL": "loud"}, "只能是 DEBUG、INFO"),
    ({"LIMIT_PERSON_MINUTE": "-1"}, "不能小于 0"),
    ({"BACKUP_KEEP": "0"}, "不能小于 1"),
    ({"LIMIT_EXPORTS_DAY": "many"}, "应是整数"),
    ({**TELEGRAM, "ALL_PROXY": "socks://1.2.3.4:5"}, "socks:// 请改成 socks5://"),
    ({**TELEGRAM, "NO_PROXY": "[::1]"}, "不带方括号"),
    ({"WECOM_ROBOT_ID": "100234", "WECOM_ROBOT_SECRET": "s"}, "请用机器人配置页上的 BotID"),
    ({**TELEGRAM, "TELEGRAM_PROXY": "http://127.0.0.1:1"}, "请检查 TELEGRAM_PROXY"),
    (TELEGRAM, "连不上 127.0.0.1:1"),
    ({"TELEGRAM_TOKN": "1:a"}, "是不是 TELEGRAM_TOKEN？"),
    ({"TELEGRAM_BOT_TOKEN": "1:a"}, "是不是 TELEGRAM_TOKEN？"),
    ({"WECOM_CORPID": "ww1"}, "是不是 WECOM_CORP_ID？"),
    ({"TELEGRAM_PROXY": "http://127.0.0.1:789000"}, "端口应是 1 到 65535 的数字"),
    ({"WECOM_ROBOT_URL": "ws://127.0.0.1:port"}, "端口应是 1 到 65535 的数字"),
    ({"DATABASE_URL": "postgresql://u:p/q@h/b"}, "密码里的 @、/、: 要写成 %40"),  # pragma: allowlist secret
    ({"DATABASE_URL": "postgresql://u:p@q@h/b"}, "密码里的 @、/、: 要写成 %40"),  # pragma: allowlist secret
    ({"PUBLIC_URL": "https://x.cn /y"}, "中间有空格"),
    ({**HOOK, "TELEGRAM_API_URL": "https://api.telegram.org/bot", "PUBLIC_URL": "https://192.168.1.5"}, "到不了"),
    ({"BACKUP_DIR": "~no-such-user/x"}, "没有这个用户的主目录"),
    ({"TELEGRAM_TOKEN_FILE": "/dev/null"}, "这个文件是空的"),
    ({"BACKUP_DIR": "data"}, "就在数据目录里"),
    ({"BACKUP_DIR": "data/backups"}, "就在数据目录里"),
    ({"BACKUP_DIR": "nowhere/deep"}, "mkdir -p nowhere/deep"),
    ({"BACKUP_DIR": "roster.csv"}, "不是目录，或者这个用户不能写"),
    ({"PUBLIC_URL": "https://x.cn/wecom/callback"}, "只写域名"),
    ({"PUBLIC_URL": "https://x.cn/telegram/webhook"}, "只写域名"),
    ({"PUBLIC_URL": "https://x.cn/?a=1"}, "只写域名"),
    ({**APP, "WECOM_TOKEN": APP["WECOM_AES_KEY"]}, "有一项贴错了格"),
    ({"WECOM_ROBOT_ID": "aib1", "WECOM_ROBOT_SECRET": "aib1"}, "有一项贴错了格"),
]  # fmt: skip
FILES = [
    ("TELEGRAM_TOKN=1:a", "utf-8", ".env 第 1 行：没有 TELEGRAM_TOKN 这个设置，是不是 TELEGRAM_TOKEN？"),
    ("# 说明\n\nTOKEN=1:a", "utf-8", ".env 第 3 行：没有 TOKEN 这个设置，是不是 TELEGRAM_TOKEN 或 WECOM_TOKEN？"),
    ("TELEGRAM_TOKEN：1:a", "utf-8", "用英文的等号"),
    ("TELEGRAM_TOKEN 1:a", "utf-8", "用英文的等号"),
    ("令牌=1:a", "utf-8", "读不懂"),
    ("TELEGRAM_TOKEN='1:a", "utf-8", "引号成对"),
    ("PORT=1\nPORT=2", "utf-8", ".env 第 2 行：PORT 写了两次"),
    ("# 中文\nPORT=1", "gbk", "请存成 UTF-8 编码"),
    ("PORT=1", "utf-16", "请存成 UTF-8 编码"),
]


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """What doctor says of what is wrong; it must end with 1."""

    def run() -> str:
        assert main(["doctor"]) == 1
        return "\n".join(line for line in capsys.readouterr().out.splitlines() if line.startswith("不对 "))

    return run


@pytest.mark.parametrize(("given", "cure"), SETTINGS, ids=lambda value: str(value)[:60])
def test_a_setting(
    given: dict[str, str], cure: str, folder: Path, monkeypatch: pytest.MonkeyPatch, doctor: Callable[[], str]
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert cure in doctor()


@pytest.mark.parametrize(("text", "encoding", "cure"), FILES)
def test_a_line_of_the_file(
    text: str, encoding: str, cure: str, folder: Path, capsys: pytest.CaptureFixture[str], doctor: Callable[[], str]
) -> None:
    (folder / ".env").write_text(f"{text}\n", encoding=encoding)
    assert cure in doctor()
    # serve refuses with the same sentence, before it has opened anything.
    assert main(["serve"]) == 2
    assert cure in capsys.readouterr().err and not (folder / "data").exists()


def folder_as_env(data: Path) -> None:
    Path(".env").mkdir()


def link_to_nothing(data: Path) -> None:
    Path(".env").symlink_to("gone")


def no_database(data: Path) -> None:
    (data / "bot.db").write_bytes(b"this is no database" * 99)


def half_a_key(data: Path) -> None:
    (data / "name.key").write_text("half")


def no_text_as_key(data: Path) -> None:
    (data / "name.key").write_bytes(b"\xff\xfe\x00")


def no_key(data: Path) -> None:
    (data / "name.key").unlink()


def cut_off(data: Path) -> None:
    os.truncate(data / "bot.db", (data / "bot.db").stat().st_size // 2)


def another_name(data: Path) -> None:
    Path(".env.txt").write_text("PORT=1\n")


def newer(data: Path) -> None:
    with closing(sqlite3.connect(data / "bot.db", isolation_level=None)) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")


def nobody(data: Path) -> None:
    with closing(sqlite3.connect(data / "bot.db", isolation_level=None)) as db:
        db.execute("DELETE FROM role_grant")


def another_key(data: Path) -> None:
    (data / "name.key").write_text("A" * 43 + "=")


FOUND = [
    (folder_as_env, "这是一个目录"),
    (link_to_nothing, ".env：读不了（没有这个文件或目录）"),
    (no_database, "这个文件不是数据库，或者坏了：请用备份恢复"),
    (half_a_key, "name.key"),
    (no_text_as_key, "name.key"),
    (no_key, "不见了"),
    (cut_off, "数据库文件坏了：请用备份恢复"),
    (another_name, "mv .env.txt .env"),
    (newer, "请更新程序"),
    (nobody, "python -m bot invite"),
    (lambda data: (data / "audit.heads").unlink(), "账尾（DATA_DIR/audit.heads）不见了"),
    (another_key, "不是用现在的 NAME_KEY 写的"),
]


@pytest.mark.parametrize(("spoil", "cure"), FOUND, ids=lambda value: getattr(value, "__name__", ""))
def test_what_is_found(
    spoil: Callable[[Path], None], cure: str, filled: None, folder: Path, monkeypatch: pytest.MonkeyPatch,
    doctor: Callable[[], str],
) -> None:  # fmt: skip
    for name, value in TELEGRAM.items():
        monkeypatch.setenv(name, value)
    spoil(folder / "data")
    assert cure in doctor()


def test_a_port_that_is_taken_is_said_by_serve(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bot.commands.doctor.installation._SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        assert main(["serve"]) == 1 and main(["doctor"]) == 1
    said = capsys.readouterr()
    assert "端口已被占用" in said.err and "端口已被占用" in said.out


def test_a_folder_that_cannot_be_written_is_said_by_serve(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", "roster.csv")
    monkeypatch.setenv("PORT", "0")
    assert main(["serve"]) == 2
    assert "请换 DATA_DIR" in capsys.readouterr().err


@pytest.mark.parametrize(("host", "said"), [("::1", "没有这个文件"), ("203.0.113.9", "不是这台机器的地址")])
def test_what_wants_no_bot_beside_it_looks_where_the_bot_would_listen(
    host: str, said: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {**TELEGRAM, "HOST": host, "PORT": "0"}.items():
        monkeypatch.setenv(name, value)
    assert main(["restore", "nowhere.backup"]) == 1
    assert said in capsys.readouterr().err


def test_secrets_that_others_can_read_are_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".env").write_text("PORT=0\n")
    (folder / ".env").chmod(0o644)
    assert main(["doctor", "--format", "json"]) == 0
    (line,) = [each for each in json.loads(capsys.readouterr().out) if each["name"] == "settings"]
    assert line["level"] == "warn" and "chmod 600 .env" in line["sentence"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TIMEZONE", "UTC", "在国内请写 TIMEZONE=Asia/Shanghai"),
        ("DATA_DIR", "/dev/shm/nowhere-yet", "重启以后可能清空"),
        ("PORT", "0", "每次启动都换一个端口"),
    ],
)
def test_what_works_and_is_hardly_meant_is_warned_of(
    name: str, value: str, words: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    main(["doctor"])
    assert any(line.startswith("注意 ") and words in line for line in capsys.readouterr().out.splitlines())


def test_a_bug_is_one_sentence_and_a_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bot.commands.doctor.installation.calendar", lambda _: [][0])
    assert main(["doctor"]) == 1
    said = capsys.readouterr().err
    (path,) = [Path(word.rstrip("，")) for word in said.replace("，", " ").split() if word.startswith("/")]
    assert "Traceback" not in said and "IndexError" in path.read_text(encoding="utf-8")
    path.unlink()


def test_each_line_has_a_name_in_chinese() -> None:
    """Of all that doctor, backup verify and restore say in lines."""
    folders = ROOT / "bot/commands", ROOT / "bot/backups"
    code = "".join(path.read_text(encoding="utf-8") for folder in folders for path in folder.rglob("*.py"))
    assert set(re.findall(r'\b(?:OK|WARN|FAIL),\s*"(\w+)", ', code)) == set(NAMES)


def test_there_are_fifty_of_them() -> None:
    assert len(SETTINGS) + len(FILES) + len(FOUND) >= 50
