"""What the pages for whoever looks after the machine say of the program: its version, metrics, sentences, limits."""

import re
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
    quoted = {words for cell in cells for words in re.findall(r"[a-z]+(?: [a-z]+)+", cell)}
    assert len(quoted) >= 8 and [words for words in quoted if words not in source(health)] == []


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
