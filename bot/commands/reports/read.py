"""read: how messages are read, JSON lines in and out; nothing is stored."""

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.settings import Settings
from handlers.medals.awards import rules
from handlers.reading import Reading, read
from handlers.reading.messages.jsonl import as_json, context_from

_EXAMPLE = """\
例：echo '{"id": 1, "text": "三(2)中队 主题队日 38人"}' | python -m bot read

一行一个 JSON：id、text；和「六个年级、每级八个班的学校，2026-04-03」不同时再加 context：
received、grades、classes、aliases、bound_unit、roster_size……
"""


def add(parser: argparse.ArgumentParser) -> None:
    """The file."""
    parser.epilog = _EXAMPLE
    parser.add_argument("file", nargs="?", default="-", help="一行一个 JSON（不写就是 -，标准输入）")


def run(arguments: argparse.Namespace, _settings: Settings) -> int:
    """One line for each; 1 when a line could not be read, with the reason in its `error`."""
    return _all(sys.stdin.buffer if arguments.file == "-" else Path(arguments.file).read_bytes().split(b"\n"))


def _all(lines: Iterable[bytes]) -> int:
    failed = False
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        answer = _one(line, number)
        failed = failed or "error" in answer
        # Half of a character pair is no text, but JSON can write it.
        words = json.dumps(answer, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
        # Whoever writes one line and waits for its answer gets it.
        print(words, flush=True)
    return int(failed)


def _one(line: bytes, number: int) -> dict[str, Any]:
    case_id = None
    try:
        case = _case(line)
        case_id = case.get("id")
        if not isinstance(case.get("text"), str):
            raise ValueError("没有 text，或它不是字符串")
        return _read(case)
    except ValueError as error:
        return {"id": case_id, "error": f"第 {number} 行：{error}"}


def _case(line: bytes) -> dict[str, Any]:
    try:
        case = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("不是 UTF-8") from None
    except (ValueError, RecursionError):
        raise ValueError('不是正确的 JSON，应像 {"id": 1, "text": "…"} 这样') from None
    if not isinstance(case, dict):
        raise ValueError("应是一个 JSON 对象，有 id 和 text")
    return case


def reading_of(case: dict[str, Any]) -> Reading:
    """How the text of a case is read in its context, with what the rules of medals say of it."""
    context = context_from(case)
    return rules.judged(read(case["text"], context), rules.register_from(case, context.existing))


def _read(case: dict[str, Any]) -> dict[str, Any]:
    try:
        return as_json(case.get("id"), reading_of(case))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"context 的写法不对（{error}）") from None
