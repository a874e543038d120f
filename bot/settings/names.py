"""What stands in `.env`, and names of settings that are nearly right: nobody should wonder why nothing happens."""

import difflib
import io
import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from bot.settings.reasons import reason

FILE = Path(".env")
# What a file manager makes of this name, or a hurried finger.
_NEARLY = (".env.txt", "env.txt", ".evn")
# What it cannot read is said below, once and in Chinese.
logging.getLogger("dotenv.main").setLevel(logging.ERROR)
# In the environment only what is clearly meant for us is looked at.
_OURS = ("TELEGRAM_", "WECOM_", "LIMIT_")
_NEAR = 0.75


def env_file() -> Mapping[str, str | None]:
    """Names and values in `.env`; nothing where it cannot be read, which `problems` says."""
    try:
        return dotenv_values(FILE, encoding="utf-8") if FILE.is_file() else {}
    except (OSError, UnicodeDecodeError):
        return {}


def problems(known: Iterable[str]) -> Iterator[str]:
    """A sentence for each line of `.env` and each name that was meant for us and is not read; `known`: all names."""
    names = sorted(known)
    if FILE.exists() or FILE.is_symlink():
        yield from _of_file(names)
    elif nearly := next((each for each in _NEARLY if Path(each).is_file()), ""):
        yield f"{nearly}：设置文件的名字应是 .env，请改名：mv {nearly} .env"
    for name in os.environ:
        if name.startswith(_OURS) and name not in names and (meant := _meant(name, names)):
            yield f"{name}：没有这个设置，是不是 {meant}？"


def _of_file(names: list[str]) -> Iterator[str]:
    try:
        lines = list(parse_stream(io.StringIO(FILE.read_text(encoding="utf-8"))))
    except UnicodeDecodeError:
        yield ".env：请存成 UTF-8 编码"
        return
    except OSError as error:
        yield f".env：读不了（{reason(error)}），请检查它是不是文件、这个用户能不能读"
        return
    seen: dict[str, str] = {}
    for line in lines:
        text = line.original.string
        # What stands before it, empty lines, counts as its own.
        shown = f".env 第 {line.original.line + text[: len(text) - len(text.lstrip())].count(chr(10))} 行"
        name = line.key or ""
        if line.error or (name and line.value is None) or re.search(r"[^\x00-\x7f]", name):
            yield f"{shown}：读不懂，应像 TELEGRAM_TOKEN=123456:ABC 这样，用英文的等号，引号成对"
        elif name and name.upper() not in names and (meant := _meant(name.upper(), names)):
            yield f"{shown}：没有 {name} 这个设置，是不是 {meant}？"
        elif name and line.value and seen.setdefault(name, line.value) != line.value:
            yield f"{shown}：{name} 写了两次，两次不一样，请只留一行"


def _meant(name: str, names: list[str]) -> str:
    """The setting that was probably meant; empty: none."""
    ending = [each for each in names if each.endswith(f"_{name}")]
    near = difflib.get_close_matches(name, names, 1, _NEAR)
    return near[0] if near else " 或 ".join(ending[:3])
