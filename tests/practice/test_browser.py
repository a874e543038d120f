"""The practice page in a real browser at phone size: the whole loop, as a newcomer would play it."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.process import Serving
from tests.support.waiting import PATIENCE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync"]

expect.set_options(timeout=PATIENCE * 1000)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: the practice page is not tested"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    with Serving(tmp_path) as bot:
        context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(bot.url)
        yield page
        assert not problems
        context.close()


def play(page: Page, person: str) -> None:
    """Become somebody."""
    page.get_by_test_id("menu").click()
    page.locator(f'[data-testid=person][data-person="{person}"]').click()
    expect(page.get_by_test_id("me")).to_contain_text(person)


def say(page: Page, text: str) -> None:
    page.get_by_test_id("input").fill(text)
    page.get_by_test_id("send").click()


def hears(page: Page, text: str | re.Pattern[str]) -> None:
    """The newest bubble of the bot with these words is on the screen."""
    expect(page.locator(".row[data-from=bot] .text").filter(has_text=text).last).to_be_visible()


def press(page: Page, label: str) -> None:
    page.locator("[data-button]", has_text=re.compile(f"^{re.escape(label)}$")).last.click()


def test_check_in_correct_and_withdraw_with_a_photo(page: Page) -> None:
    play(page, "张老师")
    say(page, "三(2)中队 主题队日 38人 清明祭英烈")
    hears(page, "已记录：三(2)中队 主题队日 38 人")
    page.get_by_test_id("attach").set_input_files(Path(__file__).parents[1] / "support" / "photo.jpg")
    page.get_by_test_id("send").click()
    hears(page, re.compile(r"照片已附到：三\(2\)中队 .* 主题队日"))
    press(page, "更正")
    hears(page, "要改哪里？")
    say(page, "实到39")
    hears(page, "已更正：三(2)中队 主题队日 39 人")
    press(page, "撤回")
    hears(page, re.compile(r"已撤回：三\(2\)中队 .* 主题队日 实到39"))


def test_reminder_check_in_digest_and_nudge(page: Page) -> None:
    play(page, "张老师")
    page.get_by_test_id("clock-menu").click()
    page.get_by_test_id("next-reminder").click()
    expect(page.locator(".row[data-from=bot]").first).to_be_visible()
    say(page, "主题队日 40人")
    hears(page, "已记录：三(2)中队 主题队日 40 人")
    play(page, "李老师")
    say(page, "周报")
    hears(page, "主题队日")
    say(page, "周报 图")
    expect(page.locator(".row[data-from=bot] .thumb").last).to_be_visible()
    say(page, "周报 表 上级检查")
    expect(page.locator(".row[data-from=bot] a.tile").last).to_be_visible()
    say(page, "催办")
    hears(page, "条提醒")


def test_nomination_review_and_result(page: Page) -> None:
    play(page, "张老师")
    say(page, "提名 三(2)中队 王小明 一星章 学雷锋事迹突出")
    hears(page, re.compile(r"N\d{8}-\d+"))
    play(page, "李老师")
    press(page, "同意")
    hears(page, "同意")
    play(page, "张老师")
    hears(page, "通过")


def test_a_stranger_is_greeted_and_two_tabs_are_live(page: Page) -> None:
    play(page, "陌生人")
    say(page, "你好")
    hears(page, "请向学校大队辅导员要一个邀请码")
    other = page.context.new_page()
    other.set_viewport_size({"width": 1280, "height": 800})
    other.goto(page.url)
    say(page, "在吗")
    expect(other.locator(".row[data-from=me]", has_text="在吗")).to_be_visible()
    assert other.evaluate("document.documentElement.scrollWidth <= innerWidth")
