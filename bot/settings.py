"""Settings from the environment and `.env`; every problem is reported at once, in plain words."""

import contextlib
import os
import re
import tempfile
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cryptography.fernet import Fernet
from dotenv import dotenv_values
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS = ("NAME_KEY", "TELEGRAM_TOKEN", "TELEGRAM_WEBHOOK_SECRET")


class BadSettings(Exception):
    """What is wrong with the settings, one sentence a line."""


class Settings(BaseSettings):
    """All settings; `.env.example` explains each."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    database_url: str = ""
    data_dir: Path = Path("data")
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    timezone: str = "Asia/Shanghai"
    log_level: str = "INFO"
    name_key: str = ""
    public_url: str = ""
    telegram_token: str = ""
    telegram_mode: str = "polling"
    telegram_webhook_secret: str = ""
    telegram_names: bool = False
    telegram_api_url: str = "https://api.telegram.org/bot"
    telegram_file_url: str = ""
    telegram_proxy: str = ""

    @field_validator("name_key")
    @classmethod
    def _fernet_keys(cls, keys: str) -> str:
        try:
            for key in filter(None, map(str.strip, keys.split(","))):
                Fernet(key)
        except ValueError as error:
            words = "不是有效的密钥(应为 32 字节的 url-safe base64,可用 python -m bot key 生成)"
            raise ValueError(words) from error
        return keys

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"没有「{name}」这个时区,例如 Asia/Shanghai") from error
        return name

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, level: str) -> str:
        if level.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError("只能是 DEBUG、INFO、WARNING 或 ERROR")
        return level.upper()

    @field_validator("telegram_token")
    @classmethod
    def _bot_token(cls, token: str) -> str:
        token = token.strip()
        if token and not re.fullmatch(r"\d+:[\w-]+", token, re.ASCII):
            raise ValueError("应像 123456:ABC-DEF 这样,由 @BotFather 给出")
        return token

    @field_validator("telegram_names", mode="before")
    @classmethod
    def _off_when_empty(cls, given: Any) -> Any:
        return given if given != "" else False

    @field_validator("telegram_mode")
    @classmethod
    def _known_mode(cls, mode: str) -> str:
        if mode.strip().lower() not in ("", "polling", "webhook"):
            raise ValueError("只能是 polling 或 webhook")
        return mode.strip().lower() or "polling"

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _header_words(cls, secrets: str) -> str:
        words = [word.strip() for word in secrets.split(",") if word.strip()]
        if len(words) > 2 or not all(re.fullmatch(r"[A-Za-z0-9_-]{1,256}", word) for word in words):
            raise ValueError("应是 1 到 256 个字母、数字、_ 或 -;更换时可写两个,用逗号隔开")
        return ",".join(words)

    @field_validator("telegram_api_url", "telegram_file_url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        url = url.strip()
        if url and not re.match(r"https?://[^/\s]", url):
            raise ValueError("应是 http:// 或 https:// 开头的地址")
        return url

    @field_validator("telegram_proxy")
    @classmethod
    def _proxy_address(cls, url: str) -> str:
        url = url.strip()
        if url and not re.match(r"(?:https?|socks5h?)://[^/\s]", url):
            raise ValueError("应是 http://、https:// 或 socks5:// 开头的地址")
        return url

    @field_validator("public_url")
    @classmethod
    def _seen_from_outside(cls, url: str) -> str:
        url = url.strip().rstrip("/")
        try:
            host = urlsplit(url).hostname or ""
        except ValueError:
            host = ""
        local = url.startswith("http://") and (host in ("localhost", "::1") or host.startswith("127."))
        if url and not (host and (url.startswith("https://") or local)):
            raise ValueError("应是 https:// 开头的地址(只有本机可以用 http://)")
        return url

    @model_validator(mode="after")
    def _webhook_is_complete(self) -> Self:
        if self.telegram_mode == "webhook" and self.telegram_token:
            names = [name.upper() for name in ("public_url", "telegram_webhook_secret") if not getattr(self, name)]
            if names:
                raise ValueError(f"TELEGRAM_MODE: webhook 还需要 {'、'.join(names)}")
        return self

    @property
    def telegram_files(self) -> str:
        """The address that the token is appended to for downloads."""
        return self.telegram_file_url or "/file/bot".join(self.telegram_api_url.rsplit("/bot", 1))

    @property
    def webhook_secrets(self) -> list[str]:
        """The words by which Telegram is known; the first is the one it is told."""
        return [word for word in self.telegram_webhook_secret.split(",") if word]

    @property
    def nameless(self) -> frozenset[str]:
        """The channels on which no child is named."""
        return frozenset() if self.telegram_names else frozenset({"telegram"})

    @property
    def secrets(self) -> list[str]:
        """All that no log may show."""
        password = urlsplit(self.telegram_proxy).password or ""
        own = [self.telegram_token, self.telegram_token.partition(":")[2], password]
        return [*own, *self.webhook_secrets, *self.name_keys]

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which days begin."""
        return ZoneInfo(self.timezone)

    @property
    def practice(self) -> bool:
        """Whether no platform is configured, so that the practice page is on."""
        return not self.telegram_token

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

    @cached_property
    def name_keys(self) -> list[str]:
        """The Fernet keys that seal names and texts; made once in `DATA_DIR/name.key` when none is set."""
        given = [key.strip() for key in self.name_key.split(",") if key.strip()]
        return given or [_own_key(self.data_dir / "name.key")]


def _own_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Written whole, readable by its owner only, then named: of two processes one wins, and nobody reads half a key.
        handle, half = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key())
        with contextlib.suppress(FileExistsError):
            os.link(half, path)
        Path(half).unlink()
    return path.read_text().strip()


def load(**overrides: Any) -> Settings:
    """The settings as they are now; raises BadSettings with every problem in one text."""
    problems: list[str] = []
    for name in SECRETS:
        try:
            overrides.update(_from_file(name))
        except OSError as error:
            problems.append(f"{name}_FILE: 读不到这个文件({error.strerror})")
        except UnicodeDecodeError:
            problems.append(f"{name}_FILE: 这个文件不是文本")
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        problems += map(_problem, error.errors())
    except UnicodeDecodeError:
        problems.append(".env: 请存成 UTF-8 编码")
    if problems:
        raise BadSettings("\n".join(problems))
    return settings


def _from_file(name: str) -> dict[str, str]:
    """The secret in the file that NAME_FILE names, unless NAME itself is set; the environment beats `.env`."""
    for source in (os.environ, _env_file()):
        if source.get(name):
            return {}
        path = source.get(f"{name}_FILE")
        if path:
            return {name.lower(): Path(path).read_text(encoding="utf-8").strip()}
    return {}


def _env_file() -> Mapping[str, str | None]:
    try:
        return dotenv_values(".env", encoding="utf-8")
    except UnicodeDecodeError:
        # Said once, by `load`.
        return {}


_PLAIN = {
    "int_parsing": "应是整数",
    "bool_parsing": "应是 1 或 0",
    "greater_than_equal": "应在 0 到 65535 之间",
    "less_than_equal": "应在 0 到 65535 之间",
}


def _problem(found: Any) -> str:
    name = ".".join(map(str, found["loc"])).upper()
    return f"{name}: {_plain(found)}" if name else _plain(found)


def _plain(problem: Any) -> str:
    return _PLAIN.get(problem["type"]) or str(problem["msg"]).removeprefix("Value error, ")
