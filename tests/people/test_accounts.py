"""One person with several accounts: where notices go, how accounts are joined, how two people become one."""

from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select

from handlers.kit import Refusal, Reply, Role
from handlers.people import account_links, own_account, spoken_codes
from storage import tables
from storage.people import accounts, links, people
from storage.reminders import deliveries, recipients
from storage.tables import account, checkin, delivery, grant, metadata, person
from tests.support.county import FRIDAY, County

pytestmark = pytest.mark.both


def where(county: County, who: int) -> tuple[str, str] | None:
    return accounts.best(county.db, [who]).get(who)


def laid_out_for(county: County, who: int) -> list[str]:
    found = recipients.recipients(county.db, FRIDAY, [who])
    return [each.channel for each in found]


# --- where notices go ---------------------------------------------------------------------------------------


def test_the_chosen_account_beats_the_last_one_heard_from(county: County) -> None:
    for channel in ("telegram", "wecom"):
        people.link(county.db, county.zhang, channel, f"z-{channel}")
    assert where(county, county.zhang) == ("practice", "张老师")
    accounts.heard(county.db, county.zhang, "telegram")
    assert where(county, county.zhang) == ("telegram", "z-telegram")
    accounts.choose(county.db, county.zhang, "wecom")
    assert where(county, county.zhang) == ("wecom", "z-wecom")
    assert laid_out_for(county, county.zhang) == ["wecom"]
    # A dead account is passed over, whatever was chosen; the wish stays for when it is back.
    people.mark_reachable(county.db, "wecom", "z-wecom", False)
    assert where(county, county.zhang) == ("telegram", "z-telegram")
    people.mark_reachable(county.db, "wecom", "z-wecom", True)
    assert where(county, county.zhang) == ("wecom", "z-wecom")


def test_of_two_accounts_on_a_platform_the_newer_is_in_use(county: County) -> None:
    for address in ("old-phone", "new-phone"):
        people.link(county.db, county.zhang, "telegram", address)
    accounts.heard(county.db, county.zhang, "telegram")
    assert where(county, county.zhang) == ("telegram", "new-phone")


def test_nothing_goes_to_a_platform_that_is_not_there(county: County) -> None:
    people.link(county.db, county.zhang, "wecom", "zhangls")
    accounts.note_channels(county.db, ["wecom_robot", "telegram"], FRIDAY)
    assert where(county, county.zhang) is None and laid_out_for(county, county.zhang) == []
    accounts.note_channels(county.db, ["wecom"], FRIDAY)
    assert where(county, county.zhang) == ("wecom", "zhangls") and laid_out_for(county, county.zhang) == ["wecom"]


def test_a_whole_province_is_addressed(county: County) -> None:
    ids = range(1_000_000, 1_070_000)
    county.db.execute(insert(person), [{"id": each, "name": "老师", "joined_at": FRIDAY} for each in ids])
    rows = [{"person_id": each, "channel": "telegram", "address": str(each), "reachable": each % 2} for each in ids]
    county.db.execute(insert(account), [{**row, "reachable": bool(row["reachable"])} for row in rows])
    found = accounts.best(county.db, ids)
    assert len(found) == 35_000 and found[1_000_001] == ("telegram", "1000001")


def test_the_question_where_notices_go(county: County) -> None:
    people.link(county.db, county.zhang, "telegram", "11")
    shown = own_account.notices(county.ask(county.zhang))
    assert "提醒和通知发到演练页面（您最近用的）" in shown.text and "演练页面、Telegram" in shown.text
    assert [each.typed for each in shown.buttons] == ["通知方式 Telegram"]
    assert "以后发到Telegram" in own_account.notices(county.ask(county.zhang, "telegram")).text
    assert where(county, county.zhang) == ("telegram", "11")
    shown = own_account.notices(county.ask(county.zhang))
    assert "（您选的）" in shown.text
    assert [each.typed for each in shown.buttons] == ["通知方式 演练页面", "通知方式 最近用的"]
    people.mark_reachable(county.db, "telegram", "11", False)
    assert "Telegram（现在收不到）" in own_account.notices(county.ask(county.zhang)).text
    with pytest.raises(Refusal, match="现在收不到我的消息"):
        own_account.notices(county.ask(county.zhang, "Telegram"))
    own_account.notices(county.ask(county.zhang, "最近用的"))
    assert accounts.wish(county.db, county.zhang).chosen is None


# --- the company's app and its robot --------------------------------------------------------------------------


def in_company(county: County, who: int) -> list[tuple[str, str, bool]]:
    mine = select(account.c.channel, account.c.address, account.c.reachable).where(account.c.person_id == who)
    return sorted(tuple(row) for row in county.db.execute(mine.where(account.c.channel.startswith("wecom"))))


def test_a_member_of_the_roster_is_known_to_the_robot(county: County) -> None:
    people.link(county.db, county.zhang, "wecom", "zhangls")
    accounts.meet_member(county.db, "ZhangLS", private=False)
    # In a group first: the robot knows who it is, and may not write to them yet.
    assert in_company(county, county.zhang) == [("wecom", "zhangls", True), ("wecom_robot", "ZhangLS", False)]
    accounts.meet_member(county.db, "ZhangLS", private=True)
    assert len(in_company(county, county.zhang)) == 2
    found = people.by_addresses(county.db, "wecom_robot", ["ZhangLS"], FRIDAY)
    assert found["ZhangLS"].id == county.zhang and not found["ZhangLS"].reachable


def test_who_joined_at_the_robot_is_known_to_the_app(county: County) -> None:
    people.link(county.db, county.zhang, "wecom_robot", "ZhangLS")
    accounts.meet_member(county.db, "ZhangLS", private=True)
    assert in_company(county, county.zhang) == [("wecom", "zhangls", True), ("wecom_robot", "ZhangLS", True)]


def test_a_stranger_stays_one(county: County) -> None:
    accounts.meet_member(county.db, "nobody", private=True)
    assert county.db.execute(select(account).where(account.c.channel.startswith("wecom"))).first() is None


# --- joining accounts -----------------------------------------------------------------------------------------


def test_a_code_is_used_once_and_only_its_hash_is_kept(county: County) -> None:
    first = links.make(county.db, county.vault, county.zhang, "practice", "张老师", FRIDAY)
    code = links.make(county.db, county.vault, county.zhang, "practice", "张老师", FRIDAY)
    assert links.find(county.db, county.vault, first, FRIDAY) is None
    found = links.find(county.db, county.vault, f" {code.lower()} ", FRIDAY)
    assert found is not None and found.person_id == county.zhang
    assert links.find(county.db, county.vault, code, FRIDAY + timedelta(minutes=10)) is None
    assert links.use(county.db, found, FRIDAY) and not links.use(county.db, found, FRIDAY)
    assert code.replace("-", "") not in str(county.db.execute(select(tables.link_code)).all())


def test_codes_are_neither_made_nor_used_in_groups(county: County) -> None:
    from dataclasses import replace

    ask = county.ask(county.zhang)
    in_group = replace(ask, message=replace(ask.message, private=False))
    said = account_links.link(in_group)
    assert isinstance(said, Reply) and "请私聊我" in said.text
    code = links.make(county.db, county.vault, county.li, "practice", "李老师", FRIDAY)
    said = spoken_codes.overheard(replace(in_group, message=replace(in_group.message, text=f"大家看:{code.lower()}")))
    assert [each.to for each in said] == [county.li, None] and "已经作废" in said[1].text
    assert links.find(county.db, county.vault, code, FRIDAY) is None


def test_guessing_ends_after_five_tries(county: County) -> None:
    code = links.make(county.db, county.vault, county.li, "practice", "李老师", FRIDAY)
    said = [account_links.link(county.ask(county.zhang, "AAAAA-AAAAA")) for _ in range(5)]
    assert all(isinstance(each, Reply) and "不对" in each.text for each in said)
    said = [account_links.link(county.ask(county.zhang, code))]
    assert isinstance(said[0], Reply) and "一小时后" in said[0].text


# --- two people who are one -----------------------------------------------------------------------------------


def test_two_people_become_one_with_one_history(county: County) -> None:
    other = county.person("张老师2", Role.COUNSELOR, county.squads[1])
    people.give(county.db, other, Role.COUNSELOR, county.squads[0], FRIDAY)
    county.report(county.squads[0], 40)
    mine = {"kind": "nudge", "day": FRIDAY.date(), "due_at": FRIDAY, "lead": 0}
    rows = [(county.zhang, "nudge:a"), (other, "nudge:a"), (other, "nudge:b")]
    deliveries.put(county.db, [{**mine, "person_id": who, "occurrence": what} for who, what in rows])
    links.merge(county.db, other, county.zhang, FRIDAY)
    kept = people.by_id(county.db, other, FRIDAY)
    assert sorted(each.unit.name for each in kept.grants) == ["三(1)中队", "三(2)中队"]
    assert people.by_id(county.db, county.zhang, FRIDAY).grants == ()
    assert county.db.scalars(select(checkin.c.person_id)).all() == [other]
    assert {each.address for each in accounts.of_person(county.db, other)} == {"张老师", "张老师2"}
    told = county.db.execute(select(delivery.c.occurrence, delivery.c.person_id).order_by(delivery.c.id)).all()
    assert [tuple(row) for row in told] == [("nudge:a", other), ("nudge:b", other)]


def test_a_role_that_one_of_them_had_once_is_held_again(county: County) -> None:
    other = county.person("张老师2", Role.COUNSELOR, county.squads[0])
    county.db.execute(grant.update().where(grant.c.person_id == county.zhang).values(until=FRIDAY))
    links.merge(county.db, county.zhang, other, FRIDAY)
    assert [each.unit.id for each in people.by_id(county.db, county.zhang, FRIDAY).grants] == [county.squads[0].id]


def test_every_table_that_names_people_is_thought_of(county: County) -> None:
    """Whatever names one of two people who are one names the other from then on; an unused code goes."""
    other = county.person("张老师2", Role.COUNSELOR, county.squads[1])
    asked: list[str] = []
    event.listen(county.db, "before_cursor_execute", lambda *given: asked.append(given[2]))
    links.merge(county.db, other, county.zhang, FRIDAY)
    naming = {
        column for table in metadata.sorted_tables for column in table.c for key in column.foreign_keys
        if key.column is person.c.id
    }  # fmt: skip
    moved = {each for each in naming if any(f"UPDATE {each.table} SET {each.name}=" in one for one in asked)}
    assert naming - moved == {tables.link_code.c.person_id}
    assert any(one.startswith("DELETE FROM link_code") for one in asked)


def test_addresses_takes_one_question_for_a_district(county: County) -> None:
    asked: list[str] = []
    event.listen(county.db, "before_cursor_execute", lambda *given: asked.append(given[2]))
    accounts.best(county.db, range(1, 9_000))
    assert len(asked) == 2, "one for the channels that there are, one for the addresses"
