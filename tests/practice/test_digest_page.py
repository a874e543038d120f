"""A digest's page in a real browser at phone size: from the chat's link down to a squad's check-ins, and its end."""

import re
from urllib.parse import urljoin

import httpx
from playwright.sync_api import Page, expect

from tests.practice.test_browser import browser, faults, hears, page, play, pytestmark, say

__all__ = ["browser", "page", "pytestmark"]
MOST_WIDE = "document.documentElement.scrollWidth <= innerWidth"
# In a browser: every pair of colours that is shown, as (text, contrast), the worst first.
CONTRASTS = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((each) => each / 255)
      .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)") return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const own = (node) => [...node.childNodes].some((each) => each.nodeType === 3 && each.textContent.trim());
  return Math.min(...[...document.body.querySelectorAll("*")].filter(own).map((node) => {
    const both = [light(getComputedStyle(node).color), light(behind(node))].sort((a, b) => b - a);
    return (both[0] + 0.05) / (both[1] + 0.05);
  }));
}"""


def opened(page: Page) -> Page:
    """The page that the newest link in the chat opens."""
    link = page.locator(".row[data-from=bot] .text a").last
    with page.context.expect_page() as opening:
        link.click()
    opening.value.wait_for_load_state()
    return opening.value


def heads(page: Page) -> list[str]:
    return page.locator("section").first.locator("tbody th").all_inner_texts()


def test_down_from_the_district_to_a_squad_and_the_link_ends(page: Page) -> None:
    play(page, "张老师")
    say(page, "三(2)中队 主题队日 应到42实到40 <b>清明</b>祭英烈")
    hears(page, "已记录")
    play(page, "王主任")
    say(page, "网页")
    hears(page, "只给您一个人看")
    digest = opened(page)
    for scheme in ("light", "dark"):
        digest.emulate_media(color_scheme=scheme)
        assert digest.evaluate(MOST_WIDE) and digest.evaluate(CONTRASTS) >= 4.5
        assert faults(digest) == []
    expect(digest.locator("h1")).to_have_text(re.compile(r"^青禾区少工委\(演示\)第\d+周$"))
    assert digest.locator("dd").all_inner_texts()[0] == "1 场"
    # The least covered first; by name; and that backwards.
    assert heads(digest) == ["育红小学(演示)", "实验小学(演示)"]
    digest.get_by_role("columnheader", name="人次").first.get_by_role("link").click()
    digest.get_by_role("columnheader", name="人次").first.get_by_role("link").click()
    assert heads(digest) == ["实验小学(演示)", "育红小学(演示)"]
    expect(digest.locator("[aria-sort=descending]")).to_contain_text("人次")
    assert faults(digest) == []
    digest.get_by_role("link", name="实验小学(演示)").click()
    assert len(heads(digest)) == 12
    assert faults(digest) == []
    digest.get_by_role("link", name="三(2)中队").click()
    row = digest.locator("section").first.locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(re.compile(r"主题队日\s*42\s*40\s*按时"))
    assert "清明" not in digest.content()
    assert faults(digest) == [] and digest.evaluate(MOST_WIDE)
    # Any days, and the way back.
    digest.get_by_label("从").fill("2026-01-05")
    digest.get_by_role("button", name="看这几天").click()
    expect(digest.locator("h1")).to_contain_text("2026年1月5日至")
    digest.get_by_role("link", name="青禾区少工委(演示)").click()
    expect(digest.locator("h1")).to_contain_text("青禾区少工委(演示)2026年1月5日至")
    assert faults(digest) == []
    digest.emulate_media(media="print")
    assert not digest.locator("form").is_visible() and digest.locator("table").first.is_visible()
    say(page, "网页 停用")
    hears(page, "已停用，1 个链接都打不开了")
    digest.reload()
    expect(digest.locator("h1")).to_have_text("打不开")
    digest.emulate_media(media="screen")
    assert faults(digest) == []


def test_what_is_answered_and_to_what(page: Page) -> None:
    play(page, "李老师")
    say(page, "网页")
    hears(page, "只给您一个人看")
    address = urljoin(page.url, page.locator(".row[data-from=bot] .text a").last.get_attribute("href"))
    bare = address.partition("?")[0]
    with httpx.Client(trust_env=False) as client:
        # However often a preview looks, the link goes on.
        for each in (client.head(address), client.get(address), client.get(address)):
            assert each.status_code == 200 and each.headers["cache-control"] == "no-store"
            assert each.headers["referrer-policy"] == "no-referrer" and "<script" not in each.text
            assert "default-src 'none'" in each.headers["content-security-policy"]
        for method in ("POST", "PUT", "DELETE"):
            assert client.request(method, address).status_code == 405
        # Of units that are not hers and of none that there is the answer is the same.
        not_hers = {client.get(f"{bare}?unit={unit}").text for unit in (1, 3, 999_999, "x", "9" * 400)}
        assert len(not_hers) == 1 and "没有这个单位" in not_hers.pop()
        for period in ("2099年", "2026-02-31到2026-03-01", "第99周", "<script>alert(1)</script>", "\u0661"):
            odd = client.get(bare, params={"period": period, "sort": period, "page": period})
            assert odd.status_code == 200 and "<script" not in odd.text and "本周" in odd.text
        bad = [client.get(f"{bare[:-20]}{number:020}").status_code for number in range(62)]
        assert bad == [404] * 60 + [429] * 2 and client.get(address).status_code == 200
