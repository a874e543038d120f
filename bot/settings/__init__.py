"""Settings from the environment and `.env`; every problem is reported at once, in plain words."""

import contextlib
import os
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet
from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings import kinds, names
from bot.settings.reasons import reason

SECRETS = (
    "DATABASE_URL", "NAME_KEY", "TELEGRAM_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "WECOM_SECRET", "WECOM_TOKEN",
    "WECOM_AES_KEY", "WECOM_ROBOT_SECRET", "WECOM_GROUP_WEBHOOKS", "BACKUP_IDENTITY",
)  # fmt: skip
# What belongs together: all of it or nothing.
_APP = ("wecom_corp_id", "wecom_agent_id", "wecom_secret", "wecom_token", "wecom_aes_key")
_ROBOT = ("wecom_robot_id", "wecom_robot_secret")

_TELEGRAM = "https://api.telegram.org/bot"
# core.telegram.org/bots/api#setwebhook
_WEBHOOK_PORTS = (443, 80, 88, 8443)


class BadSettings(Exception):
    """What is wrong with the settings, one sentence a line."""


class Settings(BaseSettings):
    """All settings; `.env.example` explains each."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True, env_ignore_empty=True
    )

    database_url: kinds.DatabaseAddress = ""
    data_dir: kinds.Folder = Path("data")
    host: kinds.Host = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    timezone: kinds.Zone = "Asia/Shanghai"
    log_level: kinds.Level = "INFO"
    name_key: kinds.FernetKeys = ""
    backup_dir: kinds.FolderOrNone = ""
    backup_keep: int = Field(14, ge=1, le=65535)
    backup_key: kinds.AgeRecipients = ""
    backup_identity: kinds.AgeIdentities = ""
    public_url: kinds.OutsideAddress = ""
    telegram_token: kinds.BotToken = ""
    telegram_mode: kinds.Mode = "polling"
    telegram_webhook_secret: kinds.HeaderWords = ""
    telegram_names: bool = False
    telegram_api_url: kinds.WebAddress = _TELEGRAM
    telegram_file_url: kinds.WebAddress = ""
    telegram_proxy: kinds.ProxyAddress = ""
    wecom_corp_id: kinds.PlainId = ""
    wecom_agent_id: kinds.Digits = ""
    wecom_secret: kinds.Words = ""
    wecom_token: kinds.Words = ""
    wecom_aes_key: kinds.AesKeys = ""
    wecom_api_url: kinds.WebAddress = "https://qyapi.weixin.qq.com/cgi-bin"
    wecom_robot_id: kinds.RobotId = ""
    wecom_robot_secret: kinds.Words = ""
    wecom_robot_url: kinds.SocketAddress = "wss://openws.work.weixin.qq.com"
    wecom_group_webhooks: kinds.GroupRobots = ""
    # Of each 0 is none.
    limit_person_minute: int = Field(20, ge=0, le=65535)
    limit_person_hour: int = Field(200, ge=0, le=65535)
    limit_stranger_minute: int = Field(5, ge=0, le=65535)
    limit_greetings_day: int = Field(1, ge=0, le=65535)
    limit_incidents_day: int = Field(1, ge=0, le=65535)
    limit_invitations_day: int = Field(100, ge=0, le=65535)
    limit_campaigns_day: int = Field(10, ge=0, le=65535)
    limit_exports_day: int = Field(30, ge=0, le=65535)

    @model_validator(mode="after")
    def _webhook_is_complete(self) -> Self:
        if self.telegram_mode == "webhook":
            needed = "telegram_token", "public_url", "telegram_webhook_secret"
            names = [name.upper() for name in needed if not getattr(self, name)]
            if names:
                raise ValueError(f"TELEGRAM_MODE：webhook 还需要 {'、'.join(names)}")
            if urlsplit(self.public_url).port not in (None, *_WEBHOOK_PORTS) and self.public_url.startswith("https:"):
                raise ValueError("PUBLIC_URL：Telegram 只找 443、80、88、8443 端口")
            host = urlsplit(self.public_url).hostname or ""
            if self.telegram_api_url == _TELEGRAM and self.public_url.startswith("https:") and kinds.is_local(host):
                raise ValueError(f"PUBLIC_URL：Telegram 到不了 {host}，请写从外面能访问的域名；没有就用 polling")
        return self

    @model_validator(mode="after")
    def _wecom_is_complete(self) -> Self:
        for words, needed in (("企业微信应用", _APP), ("企业微信智能机器人", _ROBOT)):
            missing = [name.upper() for name in needed if not getattr(self, name)]
            if missing and len(missing) < len(needed):
                raise ValueError(f"{words}还需要 {'、'.join(missing)}")
            given = [getattr(self, name) for name in needed]
            if not missing and len({*given}) < len(given):
                raise ValueError(f"{words}有两项填得一样，有一项贴错了格，请对照后台再填")
        return self

    @property
    def telegram_files(self) -> str:
        """The address that the token is appended to for downloads."""
        return self.telegram_file_url or "/file/bot".join(self.telegram_api_url.rsplit("/bot", 1))

    @property
    def webhook_secrets(self) -> list[str]:
        """The words by which Telegram is known; the first is the one it is told."""
        return kinds.several(self.telegram_webhook_secret)

    @property
    def wecom_app(self) -> bool:
        """Whether a self-built WeCom app is configured."""
        return bool(self.wecom_corp_id)

    @property
    def wecom_robot(self) -> bool:
        """Whether a WeCom robot is configured."""
        return bool(self.wecom_robot_id)

    @property
    def wecom_groups(self) -> list[tuple[str, str]]:
        """(path of the unit, key) of every group robot."""
        return kinds.groups(self.wecom_group_webhooks)

    @property
    def nameless(self) -> frozenset[str]:
        """The channels on which no child is named."""
        return frozenset() if self.telegram_names else frozenset({"telegram"})

    @property
    def secrets(self) -> list[str]:
        """All that no log may show."""
        passwords = [urlsplit(url).password or "" for url in (self.telegram_proxy, self.database_url)]
        telegram = [self.telegram_token, self.telegram_token.partition(":")[2], *self.webhook_secrets]
        wecom = (self.wecom_secret, self.wecom_token, self.wecom_aes_key, self.wecom_robot_secret)
        groups = [key for _, key in self.wecom_groups]
        return [*passwords, *telegram, *(word for words in wecom for word in kinds.several(words)), *groups,
                *self.given_keys, *kinds.several(self.backup_identity)]  # fmt: skip

    @property
    def rates(self) -> tuple[int, int, int]:
        """How many messages are let in: of a person in a minute and an hour, of a stranger in a minute; 0: all."""
        rates = self.limit_person_minute, self.limit_person_hour, self.limit_stranger_minute
        return (0, 0, 0) if self.practice else rates

    @property
    def daily_limits(self) -> dict[str, int]:
        """What one person may do how often in a day, by its name; what is left out as often as they like."""
        names = ("greetings", "incidents", "invitations", "campaigns", "exports")
        limits = {name: int(getattr(self, f"limit_{name}_day")) for name in names}
        return {} if self.practice else {name: most for name, most in limits.items() if most}

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which days begin."""
        return ZoneInfo(self.timezone)

    @property
    def practice(self) -> bool:
        """Whether no platform is configured, so that the practice page is on."""
        return not (self.telegram_token or self.wecom_app or self.wecom_robot)

    @property
    def real_database(self) -> str:
        """The database of the real bot."""
        return self.database_url or f"sqlite:///{self.data_dir / 'bot.db'}"

    @property
    def practice_database(self) -> str:
        """The database of the practice page: always one of its own."""
        return f"sqlite:///{self.data_dir / 'practice.db'}"

    @property
    def database(self) -> str:
        """The database that `serve` uses."""
        return self.practice_database if self.practice else self.real_database

    @property
    def files(self) -> Path:
        """Where fetched photos are kept."""
        return self.data_dir / ("practice-files" if self.practice else "files")

    @property
    def backups(self) -> Path | None:
        """Where a backup is kept every night; None: nowhere."""
        return Path(self.backup_dir) if self.backup_dir else None

    @property
    def given_keys(self) -> list[str]:
        """The Fernet keys that seal names and texts, of NAME_KEY or else of `DATA_DIR/name.key`; none: none yet."""
        own = self.data_dir / "name.key"
        if own.is_dir():
            raise BadSettings(f"{own} 应是密钥文件，却是一个文件夹。请移走它，再启动。")
        return kinds.several(self.name_key) or ([own.read_text(errors="replace").strip()] if own.exists() else [])

    @cached_property
    def name_keys(self) -> list[str]:
        """The same; where there is none one is made."""
        return self.given_keys or [_own_key(self.data_dir / "name.key")]


def _own_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Written whole, readable by its owner only, then named: of two processes one wins, and nobody reads half a key.
        handle, half = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key())
            # On the disk before anything is sealed with it.
            file.flush()
            os.fsync(handle)
        with contextlib.suppress(FileExistsError):
            os.link(half, path)
        Path(half).unlink()
        _flush_folder(path.parent)
    return path.read_text().strip()


def _flush_folder(folder: Path) -> None:
    # Its name as well; Windows flushes no folders.
    with contextlib.suppress(PermissionError):
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def certificate_folders() -> list[Path]:
    """Where those are whom our connections trust, as SSL_CERT_DIR says; SSL_CERT_FILE goes before it."""
    said = "" if os.environ.get("SSL_CERT_FILE") else os.environ.get("SSL_CERT_DIR", "")
    return [Path(each) for each in said.split(os.pathsep) if each]


def service_manager() -> tuple[str, float]:
    """(the socket on which systemd wants to hear how we are, within how many seconds again; empty and 0: neither)."""
    every = os.environ.get("WATCHDOG_USEC", "")
    return os.environ.get("NOTIFY_SOCKET", ""), int(every) / 1_000_000 if every.isdigit() else 0.0


def load(**overrides: Any) -> Settings:
    """The settings as they are now; raises BadSettings with every problem in one text."""
    known = [name.upper() for name in Settings.model_fields]
    problems = list(names.problems([*known, *(f"{name}_FILE" for name in SECRETS)]))
    for name in SECRETS:
        try:
            overrides.update(_from_file(name))
        except OSError as error:
            problems.append(f"{name}_FILE：读不到这个文件（{reason(error)}）")
        except UnicodeDecodeError:
            problems.append(f"{name}_FILE：这个文件不是文本")
        except ValueError as error:
            problems.append(f"{name}_FILE：{error}")
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        problems += map(_problem, error.errors())
    except (OSError, UnicodeDecodeError):
        pass  # `names` has said what is wrong with the file.
    if problems:
        raise BadSettings("\n".join(problems))
    return settings


def _from_file(name: str) -> dict[str, str]:
    """The secret in the file that NAME_FILE names, unless NAME itself is set; the environment beats `.env`."""
    for source in (os.environ, names.env_file()):
        if source.get(name):
            return {}
        path = source.get(f"{name}_FILE")
        if path:
            text = Path(path).read_text(encoding="utf-8").strip()
            if not text:
                raise ValueError("这个文件是空的")
            return {name.lower(): text}
    return {}


_PLAIN = {
    "int_parsing": "应是整数",
    "bool_parsing": "应是 1 或 0",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
}


def _problem(found: Any) -> str:
    name = ".".join(map(str, found["loc"])).upper()
    return f"{name}：{_plain(found)}" if name else _plain(found)


def _plain(problem: Any) -> str:
    if words := _PLAIN.get(problem["type"]):
        return words.format(**problem.get("ctx", {}))
    return str(problem["msg"]).removeprefix("Value error, ")
