"""The pictures in docs/: the real practice page on a fixed day. `python -m tests.screenshots` makes them anew."""

import io
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.practice.test_browser import ARGUMENTS, CHROMIUM, hears, play, press, say
from tests.support.process import ROOT, Serving

DOCS = ROOT / "docs"
MOST_BYTES = 150_000
PHONE, DESK = {"width": 360, "height": 720}, {"width": 1000, "height": 760}
# The server starts on this morning: two working days before 清明, when a reminder is about to come.
MORNING = """
from datetime import datetime
from zoneinfo import ZoneInfo
import time_machine
time_machine.travel(datetime(2026, 4, 2, 8, 9, tzinfo=ZoneInfo("Asia/Shanghai")), tick=True).start()
"""
OTHERS = {"赵": ("一(1)", 40), "钱": ("一(2)", 41), "孙": ("二(1)", 37), "周": ("二(2)", 40), "吴": ("三(1)", 38),
          "郑": ("四(1)", 39), "陈": ("五(1)", 42), "褚": ("五(2)", 36), "卫": ("六(1)", 41)}  # fmt: skip


def keep(name: str, png: bytes, width: int = 0) -> None:
    """Write docs/NAME.png with few colours; `width` makes it smaller."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    if width and image.width > width:
        image = image.resize((width, image.height * width // image.width), Image.Resampling.LANCZOS)
    path = DOCS / f"{name}.png"
    image.quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    assert size <= MOST_BYTES, f"{path.name} has {size} bytes"
    print(f"{path.name}: {image.width}x{image.height}, {size // 1024} kB")


def shoot(page: Page, name: str) -> None:
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(0, 0)
    page.wait_for_timeout(400)
    keep(name, page.screenshot(animations="disabled"))


def next_reminder(page: Page) -> None:
    page.get_by_test_id("clock-menu").click()
    page.get_by_test_id("next-reminder").click()


def reminder(page: Page) -> None:
    next_reminder(page)
    hears(page, "清明节")
    shoot(page, "reminder")


def front(page: Page) -> None:
    """The picture of the README: a wide window."""
    page.set_viewport_size(DESK)
    page.reload()
    say(page, "三(2)中队 主题队日 应到42实到40 清明祭英烈")
    hears(page, "已记录")
    shoot(page, "practice")
    page.set_viewport_size(PHONE)


def correct(page: Page) -> None:
    press(page, "更正")
    hears(page, "要改哪里？")
    say(page, "实到39")
    hears(page, "已更正")
    shoot(page, "checkin")


def nominate_and_review(page: Page) -> None:
    say(page, "提名 三(2)中队 王小明 一星章 学雷锋事迹突出")
    hears(page, re.compile(r"已收到提名"))
    play(page, "李老师")
    press(page, "同意")
    hears(page, "已同意")
    shoot(page, "review")
    play(page, "张老师")
    hears(page, "已通过校级审核")
    shoot(page, "nomination")


def others_report(page: Page) -> None:
    for place, (surname, (squad, heads)) in enumerate(OTHERS.items()):
        body = {"id": f"other{place}", "person": f"{surname}老师", "text": f"{squad}中队 主题队日 {heads}人 清明祭英烈"}
        assert page.request.post(f"{_site(page)}/practice/messages", data=body).ok


def digest(page: Page) -> None:
    play(page, "李老师")
    say(page, "周报")
    hears(page, "个中队签到")
    press(page, "图")
    hears(page, "周报（图）")
    page.reload()
    expect(page.locator(".row[data-from=bot] .thumb").last).to_be_visible()
    page.wait_for_timeout(600)
    shoot(page, "digest")
    source = page.locator(".row[data-from=bot] .thumb img").last.get_attribute("src")
    assert source
    keep("digest-picture", page.request.get(f"{_site(page)}{source}").body(), 720)


def missing_and_nudge(page: Page) -> None:
    say(page, "未签到")
    hears(page, "没签到")
    press(page, "催办")
    hears(page, "已向辅导员发出")
    shoot(page, "missing")


def join(page: Page) -> None:
    say(page, "邀请 中队辅导员 四(2)中队")
    hears(page, "邀请码：")
    said = page.locator(".row[data-from=bot] .text").filter(has_text="邀请码：").last.inner_text()
    code = re.search(r"邀请码：(\S+)", said)
    assert code
    play(page, "陌生人")
    say(page, "你好")
    hears(page, "加入 邀请码")
    say(page, f"加入 {code[1]} 冯小雨")
    hears(page, "欢迎")
    shoot(page, "join")


SCENES: tuple[Callable[[Page], None], ...] = (
    reminder, front, correct, nominate_and_review, others_report, digest, missing_and_nudge, join,
)  # fmt: skip


def _site(page: Page) -> str:
    return page.url.partition("/?")[0].rstrip("/")


def _new_page(browser: Browser, url: str) -> Page:
    context = browser.new_context(viewport=PHONE, locale="zh-CN", timezone_id="Asia/Shanghai", device_scale_factor=1.5)
    context.add_init_script("localStorage.setItem('practice.tour', 'closed')")
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(url)
    return page


def main() -> None:
    """Play every scene on one server."""
    DOCS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "sitecustomize.py").write_text(MORNING)
        found = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH", "")]))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with Serving(folder, fresh=True, PYTHONPATH=found) as bot:
            page = _new_page(browser, bot.url)
            play(page, "张老师")
            for scene in SCENES:
                scene(page)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
