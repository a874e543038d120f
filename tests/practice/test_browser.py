"""The practice page in a real browser at phone size: the whole loop, as a newcomer would play it."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.process import Serving
from tests.support.waiting import PATIENCE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync"]

PHOTO = Path(__file__).parents[1] / "support" / "photo.jpg"

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


def faults(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands."""
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in Axe().run(page).response["violations"]]


def painted(page: Page) -> float:
    """After how many milliseconds there is something to see."""
    page.reload()
    painted = page.wait_for_function("performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
    return painted.json_value()


def test_check_in_correct_and_withdraw_with_a_photo(page: Page) -> None:
    play(page, "张老师")
    say(page, "三(2)中队 主题队日 38人 清明祭英烈")
    hears(page, "已记录：三(2)中队 主题队日 38 人")
    photo = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": PHOTO.read_bytes()}
    page.get_by_test_id("attach").set_input_files([photo] * 3)
    expect(page.locator("[data-testid=attached] canvas")).to_have_count(3)
    assert faults(page) == []
    page.get_by_test_id("send").click()
    hears(page, re.compile(r"3 张照片已附到：三\(2\)中队 .* 主题队日"))
    expect(page.locator(".row[data-from=me] canvas")).to_have_count(3)
    page.reload()
    # What the bot keeps of them, once it has it.
    expect(page.locator(".row[data-from=me] .thumb img")).to_have_count(3)
    assert faults(page) == []
    press(page, "更正")
    hears(page, "要改哪里？")
    say(page, "实到39")
    hears(page, "已更正：三(2)中队 主题队日 39 人")
    press(page, "撤回")
    hears(page, re.compile(r"已撤回：三\(2\)中队 .* 主题队日 实到39"))


def test_photos_that_a_reload_interrupts_are_named_and_their_words_kept(page: Page) -> None:
    play(page, "张老师")
    page.on("dialog", lambda dialog: dialog.accept())
    page.route("**/practice/messages", lambda route: route.abort())
    # More than a browser keeps for a page.
    large = {"mimeType": "image/jpeg", "buffer": b"\xff\xd8" + bytes(6 << 20)}
    page.get_by_test_id("attach").set_input_files([{"name": "现场一.jpg", **large}, {"name": "现场二.jpg", **large}])
    page.get_by_test_id("input").fill("三(2)中队 主题队日 38人")
    page.get_by_test_id("send").click()
    expect(page.locator(".row[data-state=retrying]")).to_have_count(1)
    for _ in range(2):
        page.reload()
        expect(page.get_by_test_id("hint")).to_have_text(
            "页面刷新时还没有传完，请重新选「现场一.jpg」「现场二.jpg」，再发一次。"
        )
        expect(page.get_by_test_id("input")).to_have_value("三(2)中队 主题队日 38人")
    assert faults(page) == []
    page.unroute("**/practice/messages")
    photo = {"name": "现场一.jpg", "mimeType": "image/jpeg", "buffer": PHOTO.read_bytes()}
    page.get_by_test_id("attach").set_input_files(photo)
    expect(page.locator("[data-testid=attached] canvas")).to_have_count(1)
    page.get_by_test_id("send").click()
    hears(page, "已记录：三(2)中队 主题队日 38 人")
    expect(page.get_by_test_id("hint")).to_have_text("")
    # What is small enough is sent again by itself.
    page.route("**/practice/messages", lambda route: route.abort())
    page.get_by_test_id("attach").set_input_files(photo)
    say(page, "三(2)中队 队课 37人")
    page.unroute("**/practice/messages")
    page.reload()
    hears(page, "已记录：三(2)中队 队课 37 人")


def test_once_around_in_five_taps_and_never_again(page: Page) -> None:
    taps = page.locator(".phrases .next, .tour .main")
    for place in range(5):
        expect(page.get_by_test_id("tour")).to_contain_text(f"{place + 1}/5")
        assert place > 1 or faults(page) == []
        taps.click()
    expect(page.get_by_test_id("me")).to_have_text("赵老师")
    expect(page.get_by_test_id("tour")).to_contain_text("走完一圈")
    page.get_by_test_id("tour-close").click()
    page.goto(page.url.partition("?")[0])
    expect(page.get_by_test_id("me")).to_have_text("赵老师")
    expect(page.get_by_test_id("tour")).to_be_hidden()
    # Of three, since the machine may be busy with other tests.
    assert min(painted(page) for _ in range(3)) <= 1000


def test_a_link_to_somebody_of_the_second_district_and_a_page_without_its_server(page: Page) -> None:
    other = page.context.browser.new_page(viewport={"width": 360, "height": 740}, color_scheme="dark")
    other.goto(f"{page.url.partition('?')[0]}?person=没有的老师")
    expect(other.get_by_test_id("hint")).to_have_text("这里没有「没有的老师」，现在是张老师。换人请点上面的名字。")
    assert faults(other) == []
    other.goto(f"{page.url.partition('?')[0]}?person=柏站长")
    expect(other.get_by_test_id("hint")).to_be_empty()
    expect(other.get_by_test_id("me")).to_have_text("柏站长")
    expect(other.get_by_test_id("tour")).to_be_hidden()
    other.get_by_test_id("phrases").get_by_role("button", name="开站 26人").click()
    hears(other, "已记录：柳岸辅导站 开站")
    assert faults(other) == []
    other.get_by_test_id("menu").click()
    assert faults(other) == []
    other.get_by_test_id("restart").click()
    assert faults(other) == []
    other.route("**/practice/state", lambda route: route.abort())
    other.reload()
    expect(other.get_by_test_id("status")).to_have_text("连不上，正在重试…")
    assert faults(other) == []
    other.close()


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
