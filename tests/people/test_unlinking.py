"""An account that was unlinked stays so: in WeCom the app and the robot are one member's."""

from pathlib import Path

import pytest
from sqlalchemy import select

from storage.audit import audit
from storage.audit.audit import Action
from storage.people import accounts, addresses, people
from storage.tables import account
from tests.support.county import FRIDAY, County
from tests.support.talk import play

pytestmark = pytest.mark.both

# In WeCom these buttons are words, and whoever has the old phone is greeted as a stranger: tests/talks/identity.txt.
BUTTON = """
@ 2026-04-03 09:00
张老师: 三(2)中队 主题队日 38人
→ 张老师: 已记录：三(2)中队 主题队日 38 人
  …
李老师: 解绑 张老师
→ 李老师: 要解绑哪一个？…
  [解绑 1]
李老师: [解绑 1]
→ 李老师: 已解绑：张老师…
张老师: [撤回]
→ 张老师: 这个按钮已经失效。…
"""


def held(county: County, person_id: int) -> set[tuple[str, str]]:
    mine = select(account.c.channel, account.c.address).where(account.c.person_id == person_id)
    return {(row.channel, row.address) for row in county.db.execute(mine)}


@pytest.mark.parametrize("channel", ["wecom", "wecom_robot"])
def test_a_member_of_the_company_is_unlinked_in_app_and_robot(county: County, channel: str) -> None:
    people.link(county.db, county.zhang, "wecom", "zhangls")
    people.link(county.db, county.li, "wecom", "lils")
    accounts.meet_member(county.db, "ZhangLS", private=True)
    (gone,) = [each for each in addresses.of_people(county.db, [county.zhang]) if each.channel == channel]
    addresses.unlink(county.db, gone, FRIDAY)
    accounts.meet_member(county.db, "ZhangLS", private=True)
    assert held(county, county.zhang) == {("practice", "张老师")}
    assert held(county, county.li) == {("practice", "李老师"), ("wecom", "lils")}


def test_the_audit_log_holds_whose_account_it_was(county: County) -> None:
    (gone,) = addresses.of_people(county.db, [county.zhang])
    addresses.unlink(county.db, gone, FRIDAY)
    (row,) = [row for row in audit.of(county.db).rows if row["deed"] == Action.UNLINKED]
    assert row["subject"] == f"person:{county.zhang}"


def test_the_buttons_on_the_old_phone_do_nothing(tmp_path: Path) -> None:
    play(BUTTON, "button", tmp_path)
