"""What a setting may look like: each kind tidies what was given, or says in plain words what is wrong with it."""

import base64
import binascii
import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cryptography.fernet import Fernet
from pydantic import AfterValidator

_SECRETS_AT_ONCE = 2


def several(given: str) -> list[str]:
    """The values of a setting that takes more than one, separated by commas."""
    return [word for part in given.split(",") if (word := part.strip())]


def groups(given: str) -> list[tuple[str, str]]:
    """(path of the unit, key) of every group robot in `path=key; path=key`; raises ValueError."""
    found = []
    for part in filter(None, map(str.strip, re.split("[;；]", given))):
        if "://" in part:
            raise ValueError("只写 webhook 地址里 key= 后面的那一串，前面是单位：青禾区少工委/实验小学=机器人的key")
        path, equals, key = (word.strip() for word in part.rpartition("="))
        if not (path and "=" not in path and equals and re.fullmatch(r"[\w-]{1,100}", key, re.ASCII)):
            raise ValueError("应像 青禾区少工委/实验小学=机器人的key 这样，几个之间用分号隔开")
        found.append((path, key))
    return found


def _fernet_keys(keys: str) -> str:
    try:
        for key in several(keys):
            Fernet(key)
    except ValueError as error:
        words = "不是有效的密钥（应为 32 字节的 url-safe base64，可用 python -m bot key 生成）"
        raise ValueError(words) from error
    return keys


def _age(kind: str, words: str) -> AfterValidator:
    def check(given: str) -> str:
        if given:
            # Loaded only where it is wanted; it also finds the letter that was copied wrong.
            import pyrage

            try:
                for each in several(given):
                    getattr(pyrage.x25519, kind).from_str(each)
            except (pyrage.RecipientError, pyrage.IdentityError):
                raise ValueError(words) from None
        return given

    return AfterValidator(check)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"没有「{name}」这个时区，例如 Asia/Shanghai") from error
    return name


def _known_level(level: str) -> str:
    if level.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError("只能是 DEBUG、INFO、WARNING 或 ERROR")
    return level.upper()


def _bot_token(token: str) -> str:
    token = token.strip()
    if token and not re.fullmatch(r"\d+:[\w-]+", token, re.ASCII):
        raise ValueError("应像 123456:ABC-DEF 这样，由 @BotFather 给出")
    return token


def _known_mode(mode: str) -> str:
    if mode.strip().lower() not in ("polling", "webhook"):
        raise ValueError("只能是 polling 或 webhook")
    return mode.strip().lower()


def _header_words(secrets: str) -> str:
    words = several(secrets)
    if len(words) > _SECRETS_AT_ONCE or not all(re.fullmatch(r"[A-Za-z0-9_-]{1,256}", word) for word in words):
        raise ValueError("应是 1 到 256 个字母、数字、_ 或 -；更换时可写两个，用逗号隔开")
    return ",".join(words)


def _words(secrets: str) -> str:
    words = several(secrets)
    if len(words) > _SECRETS_AT_ONCE or not all(word.isascii() and word.isprintable() for word in words):
        raise ValueError("应原样复制，不带空格；更换时可写两个，用逗号隔开")
    return ",".join(words)


def _aes_keys(keys: str) -> str:
    words = several(keys)
    for word in words:
        try:
            # Some are not canonical base64 (wecom.md §1.3): the spare bits of the last character are free.
            sound = bool(re.fullmatch(r"[A-Za-z0-9]{43}", word)) and len(base64.b64decode(f"{word}=")) == 32
        except binascii.Error:
            sound = False
        if not sound or len(words) > _SECRETS_AT_ONCE:
            raise ValueError("应是企业微信后台给出的 43 个字母和数字（EncodingAESKey）；更换时可写两个，用逗号隔开")
    return ",".join(words)


def _plain_id(given: str) -> str:
    given = given.strip()
    if not re.fullmatch(r"[\w@.-]{0,128}", given, re.ASCII):
        raise ValueError("应只有字母、数字、_、- 或 @")
    return given


def _robot_id(given: str) -> str:
    if given.strip().isdigit():
        raise ValueError("全是数字，像是网址里的编号；请用机器人配置页上的 BotID")
    return _plain_id(given)


def _digits(given: str) -> str:
    if not re.fullmatch(r"[0-9]{0,12}", given.strip()):
        raise ValueError("应是数字，如 1000002")
    return given.strip()


def _group_robots(given: str) -> str:
    groups(given)
    return given


def _sound(url: str, hint: str = "") -> str:
    """The address without the spaces around it; raises ValueError where its parts cannot be told."""
    url = url.strip()
    if re.search(r"\s", url):
        raise ValueError("地址中间有空格，请去掉")
    try:
        _ = urlsplit(url).port
    except ValueError:
        raise ValueError(f"地址读不懂：端口应是 1 到 65535 的数字{hint}") from None
    return url


def is_local(host: str) -> bool:
    """Whether it is an address or a name that only this machine or its network knows."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".internal"))


def _home(folder: Path) -> Path:
    try:
        return folder.expanduser()
    except RuntimeError:
        raise ValueError("没有这个用户的主目录，请写 / 开头的路径") from None


def _address(*schemes: str) -> AfterValidator:
    def check(url: str) -> str:
        url = _sound(url)
        if url and not re.match(rf"(?:{'|'.join(schemes)})://[^/\s]", url):
            raise ValueError(f"应是 {' 或 '.join(f'{scheme}://' for scheme in schemes)} 开头的地址")
        return url

    return AfterValidator(check)


def _proxy_address(url: str) -> str:
    url = _sound(url)
    if url and not re.match(r"(?:https?|socks5h?)://[^/\s]", url):
        raise ValueError("应是 http://、https:// 或 socks5:// 开头的地址")
    return url


def _database_address(url: str) -> str:
    hint = "；密码里的 @、/、: 要写成 %40、%2F、%3A"
    url = url.strip() if url.startswith("sqlite") else _sound(url, hint)
    if urlsplit(url).netloc.count("@") > 1:
        raise ValueError(f"地址读不懂{hint}")
    if url and not re.match(r"sqlite:///.|postgres(?:ql)?(?:\+psycopg)?://", url):
        raise ValueError("应像 postgresql://用户:密码@主机/名称 这样；用 SQLite 就空着")
    return url


def _host(given: str) -> str:
    given = given.strip()
    if not re.fullmatch(r"[\w.-]+|[\da-fA-F:.]*:[\da-fA-F:.]*:[\da-fA-F:.%\w]*", given, re.ASCII):
        raise ValueError("应是这台机器的地址，如 127.0.0.1 或 ::1，不带 http:// 和端口（端口写在 PORT）")
    return given


def _seen_from_outside(url: str) -> str:
    url = _sound(url).rstrip("/")
    host = urlsplit(url).hostname or ""
    local = url.startswith("http://") and (host in ("localhost", "::1") or host.startswith("127."))
    if url and not (host and (url.startswith("https://") or local)):
        raise ValueError("应是 https:// 开头的地址（只有本机可以用 http://）")
    if re.search(r"[?#]|/wecom/callback$|/telegram(?:/\w*)?$", url):
        raise ValueError("只写域名，后面的 /wecom/callback、/telegram、? 和 # 都不要")
    return url


Folder = Annotated[Path, AfterValidator(_home)]
FolderOrNone = Annotated[str, AfterValidator(lambda given: given and str(_home(Path(given))))]
DatabaseAddress = Annotated[str, AfterValidator(_database_address)]
Host = Annotated[str, AfterValidator(_host)]
FernetKeys = Annotated[str, AfterValidator(_fernet_keys)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Level = Annotated[str, AfterValidator(_known_level)]
BotToken = Annotated[str, AfterValidator(_bot_token)]
Mode = Annotated[str, AfterValidator(_known_mode)]
HeaderWords = Annotated[str, AfterValidator(_header_words)]
Words = Annotated[str, AfterValidator(_words)]
AesKeys = Annotated[str, AfterValidator(_aes_keys)]
PlainId = Annotated[str, AfterValidator(_plain_id)]
RobotId = Annotated[str, AfterValidator(_robot_id)]
Digits = Annotated[str, AfterValidator(_digits)]
GroupRobots = Annotated[str, AfterValidator(_group_robots)]
WebAddress = Annotated[str, _address("http", "https")]
SocketAddress = Annotated[str, _address("ws", "wss")]
ProxyAddress = Annotated[str, AfterValidator(_proxy_address)]
OutsideAddress = Annotated[str, AfterValidator(_seen_from_outside)]
AgeRecipients = Annotated[str, _age("Recipient", "应是 age1 开头的公钥（age-keygen 给出），原样复制；几个用逗号隔开")]
AgeIdentities = Annotated[str, _age("Identity", "应是 AGE-SECRET-KEY-1 开头的私钥，原样复制；几个用逗号隔开")]
