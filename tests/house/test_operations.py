"""What the pages for whoever looks after the machine say of the program: its version, metrics, sentences, limits."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from bot import __version__, health, metrics, web
from bot import web_limits as limits
from bot.channels.telegram import hook as telegram
from bot.channels.wecom.callback import hook as wecom
from bot.jobs import lease
from bot.outbox import sender
from tests.support.process import ROOT

OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
INCIDENT = (ROOT / "docs/incident.md").read_text(encoding="utf-8")
CODE = [
    path for folder in ("bot", "handlers", "scheduling", "storage") for path in sorted((ROOT / folder).rglob("*.py"))
]
SOURCES = "".join(path.read_text(encoding="utf-8") for path in CODE)
# What a table says that the log says.
_QUOTED = re.compile("(?:日志：|^ )「([^「」（…]+)")
# Why a call or a letter did not get through: it stands in /health and in `outbox --dead`.
_WHY = ("SendError", "Trouble", "Fault", "NotLive", "AckLost")


def source(module: object) -> str:
    return Path(str(vars(module)["__file__"])).read_text(encoding="utf-8")


def test_the_package_is_the_one_of_this_version() -> None:
    assert set(re.findall(r"counselor_bot-([\d.]+)-py3", OPERATIONS)) == {__version__}


def test_each_metric_stands_in_the_table_and_no_other() -> None:
    rows = re.findall(r"^\| (`bot_.*?) \| ", OPERATIONS, re.MULTILINE)
    named = {name.removesuffix("_total") for row in rows for name in re.findall(r"`(bot_\w+)", row)}
    taken = {f"bot_{name}_seconds" for name in metrics._TOOK}
    assert named == taken | set(re.findall(r'"(bot_\w+)"', source(metrics)))
    assert set(re.findall(r"`(bot_\w+)", INCIDENT)) <= named


def test_health_says_what_the_table_of_incidents_quotes() -> None:
    cells = [line.split("|")[2] for line in INCIDENT.splitlines() if line.startswith("| ")]
    quoted = {words.strip("…") for cell in cells for words in re.findall("「([^「」]+)」", cell)}
    assert len(quoted) >= 8 and [words for words in quoted if words not in source(health)] == []


def test_the_log_says_what_the_tables_quote() -> None:
    pages = (ROOT / "docs" / name for name in ("operations.md", "wecom-app.md", "wecom-robot.md"))
    lines = [line for page in pages for line in page.read_text(encoding="utf-8").splitlines()]
    quoted = {words for line in lines if line.startswith("| ") for words in _QUOTED.findall(line.split("|")[1])}
    assert len(quoted) >= 8 and [words for words in quoted if words not in SOURCES] == []


def _said_to_who_runs_it(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, words) of what is logged, and of why something did not get through, as far as it is written there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (said := _first_words(node)) is not None:
            parts = [each.value for each in ast.walk(said) if isinstance(each, ast.Constant)]
            words = "".join(each for each in parts if isinstance(each, str))
            if re.search("[a-z]", re.sub(r"%[\w.]+", "", words)):
                yield node.lineno, words


def _first_words(call: ast.Call) -> ast.expr | None:
    at = call.func
    if isinstance(at, ast.Attribute) and isinstance(at.value, ast.Name) and at.value.id == "log":
        return call.args[at.attr == "log"]
    return call.args[0] if isinstance(at, ast.Name) and at.id in _WHY and call.args else None


def test_what_whoever_runs_it_reads_is_chinese() -> None:
    english = [
        f"{path.relative_to(ROOT)}:{line} {words}"
        for path in CODE
        for line, words in _said_to_who_runs_it(ast.parse(path.read_text(encoding="utf-8")))
        if not re.search("[一-鿿]", words)
    ]
    assert english == []


def test_the_limits_are_those_of_the_program() -> None:
    of_wecom, of_telegram = wecom.MOST_BODY >> 10, telegram.MOST_BODY >> 20
    said = (
        f"头最多 {limits.MOST_HEAD >> 10} KiB、{limits.MOST_HEADERS} 行、{limits.SECONDS_FOR_HEAD:g} 秒，"
        f"正文最多 {limits.SECONDS_FOR_BODY:g} 秒、{web.MOST_BODY >> 20} MiB（企业微信 {of_wecom} KiB、"
        f"{wecom.SECONDS_TO_ANSWER:g} 秒；Telegram {of_telegram} MiB、{telegram.SECONDS_TO_READ:g} 秒），"
        f"{limits.MOST_CONNECTIONS} 个连接"
    )
    assert said in OPERATIONS


def test_another_process_goes_on_as_soon_as_is_said() -> None:
    seconds = sender.HELD_FOR.total_seconds() + sender.SECONDS_TO_RENEW
    assert f"{lease.LENGTH.total_seconds():g} 秒后（取消息、照片）或 {seconds:g} 秒后（发消息）" in OPERATIONS
    assert f"发消息的死了，{seconds:g} 秒后" in INCIDENT
