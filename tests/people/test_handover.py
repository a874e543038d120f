"""Handing over: reminders and groups go along, deputies of who has left end, nobody gives what is not theirs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.campaigns import letters
from handlers.digests import nudge
from handlers.kit import Denied, Due, Message, Refusal, Reply, Role
from handlers.people import deputies as lending
from handlers.people import handover as handing_over
from handlers.people import handover_work as duties
from handlers.people import join
from storage.audit import audit
from storage.audit.audit import Action
from storage.campaigns import campaigns
from storage.campaigns.campaigns import Campaign
from storage.messages import chats
from storage.organisation import changes
from storage.people import invites, people
from storage.reminders import deliveries
from storage.roster import handover
from storage.tables import delivery, grant
from tests.support.county import FRIDAY, TODAY, WEEK, County

pytestmark = pytest.mark.both


def pass_on(county: County, asker: int, leaver: int, to: int) -> None:
    ask = county.ask(asker)
    work = duties.to_pass(ask, ask.me, people.by_id(county.db, leaver, FRIDAY))
    assert work is not None
    duties.pass_on(ask, people.by_id(county.db, leaver, FRIDAY), to, work)


def stand_in(county: County, deputy: int, principal: int, days: int = 9) -> None:
    held = people.by_id(county.db, principal, FRIDAY).own.grants
    handover.lend(county.db, principal, deputy, held, FRIDAY, FRIDAY + timedelta(days=days), FRIDAY, principal)


def test_a_nudge_and_a_group_go_along(county: County) -> None:
    new = county.person("洪老师", Role.VOLUNTEER, county.first)
    nudge.nudge(county.ask(county.li))
    group = chats.Group("telegram", "-7", "", county.squads[0].id, county.zhang, True, WEEK)
    chats.bind(county.db, group, FRIDAY)
    pass_on(county, county.li, county.zhang, new)
    assert list(county.db.scalars(select(delivery.c.person_id))) == [new]
    bound = chats.group(county.db, "telegram", "-7")
    assert bound is not None and bound.bound_by == new


def test_a_campaign_is_the_successors_too(county: County) -> None:
    new = county.person("洪老师", Role.VOLUNTEER, county.first)
    week = (FRIDAY, FRIDAY + timedelta(days=7))
    number = campaigns.add(county.db, Campaign(county.top.id, "祭英烈", "祭扫", *week, person_id=county.zhou), FRIDAY)
    call = {"kind": "campaign", "day": TODAY, "due_at": week[1], "payload": {"campaign": number}}
    deliveries.put(county.db, [{**call, "occurrence": f"campaign:{number}", "lead": 1, "person_id": county.zhang}])
    pass_on(county, county.li, county.zhang, new)
    told = [
        letters.remind(
            Due(county.db, FRIDAY, people.by_id(county.db, who, FRIDAY), "", 1, TODAY, call["payload"], False)
        )
        for who in county.db.scalars(select(delivery.c.person_id).order_by(delivery.c.person_id))
    ]
    assert told[0] is None and told[1] is not None and "三(1)中队请在" in told[1].text


def test_a_role_that_was_held_before_counts_as_new(county: County) -> None:
    """So that the reminders of the coming days are laid out for it."""
    new = county.person("洪老师", Role.COUNSELOR, county.squads[0])
    people.end(county.db, county.zhang, Role.COUNSELOR, county.squads[0], FRIDAY, FRIDAY)
    pass_on(county, county.li, new, county.zhang)
    last = county.db.scalar(select(grant.c.person_id).order_by(grant.c.id.desc()).limit(1))
    assert last == county.zhang
    assert people.by_id(county.db, new, FRIDAY).grants == ()


def test_the_deputy_of_who_leaves_is_none_any_more(county: County) -> None:
    new, deputy = county.person("洪老师", Role.VOLUNTEER, county.first), county.zhang
    stand_in(county, deputy, county.li)
    assert Role.BRIGADE in people.by_id(county.db, deputy, FRIDAY).roles
    pass_on(county, county.zhou, county.li, new)
    assert Role.BRIGADE not in people.by_id(county.db, deputy, FRIDAY).roles
    assert Role.BRIGADE in people.by_id(county.db, new, FRIDAY).roles


def test_a_deputy_hands_nothing_on_that_is_not_theirs(county: County) -> None:
    stand_in(county, county.zhang, county.li)
    ask = county.ask(county.zhang)
    work = duties.to_pass(ask, ask.me, ask.me)
    assert work is not None and [each.role for each in work.held] == [Role.COUNSELOR]


def test_a_code_gives_nothing_when_the_work_is_gone(county: County) -> None:
    squad = county.squads[0]
    code = invites.make(county.db, county.vault, squad.id, Role.COUNSELOR, county.li, FRIDAY, from_id=county.zhang)
    changes.close(county.db, squad, FRIDAY, TODAY)
    new = county.person("洪老师", Role.VOLUNTEER, county.second)
    said = join.join(county.ask(new, code))
    assert isinstance(said, Reply) and "这个邀请码作废了" in said.text
    assert people.by_id(county.db, new, FRIDAY).roles == {Role.VOLUNTEER}


def test_a_closed_term_goes_on_with_its_end_and_a_deputy_never_outlasts_it(county: County) -> None:
    until = FRIDAY + timedelta(days=20)
    people.give(county.db, county.li, Role.BRIGADE, county.first, FRIDAY, until=until)
    stand_in(county, county.zhang, county.li, days=60)
    new = county.person("洪老师", Role.VOLUNTEER, county.first)
    assert Role.BRIGADE not in people.by_id(county.db, county.zhang, until).roles
    pass_on(county, county.zhou, county.li, new)
    assert Role.BRIGADE in people.by_id(county.db, new, FRIDAY).roles
    assert Role.BRIGADE not in people.by_id(county.db, new, until).roles


def test_whoever_is_dismissed_has_no_deputy(county: County) -> None:
    stand_in(county, county.zhang, county.li)
    assert people.end(county.db, county.li, Role.BRIGADE, county.first, FRIDAY, FRIDAY)
    assert Role.BRIGADE not in people.by_id(county.db, county.zhang, FRIDAY).roles


def test_every_right_that_goes_over_is_in_the_audit_log(county: County) -> None:
    new = county.person("洪老师", Role.VOLUNTEER, county.first)
    stand_in(county, county.zhang, county.li)
    noted = audit.of(county.db)
    before = len(noted.rows)
    pass_on(county, county.zhou, county.li, new)
    rows = [(row["deed"], row["subject"]) for row in noted.rows[before:]]
    assert rows == [
        (Action.ROLE_ENDED, f"person:{county.li}"), (Action.ROLE_ENDED, f"person:{county.zhang}"),
        (Action.ROLE_GIVEN, f"person:{new}"), (Action.HANDED_OVER, f"person:{county.li}"),
    ]  # fmt: skip


def test_nobody_hands_over_or_lends_to_themselves(county: County) -> None:
    with pytest.raises(Denied):
        handing_over.hand_over(county.ask(county.li, "张老师 李老师"))
    with pytest.raises(Denied):
        lending.deputy(county.ask(county.zhou, "李老师 周主任 明天"))
    with pytest.raises(Denied):
        lending.deputy(county.ask(county.sun, "李老师 孙老师 明天"))


def test_two_spans_of_one_deputy_are_not_mixed_up(county: County) -> None:
    county.person("钱老师", Role.VOLUNTEER, county.first)
    lending.deputy(county.ask(county.li, "钱老师 4月7日-8日"))
    with pytest.raises(Refusal, match="已经定了：4月7日到4月8日 钱老师代理李老师"):
        lending.deputy(county.ask(county.li, "钱老师 4月20日-21日"))
    assert len(lending.deputy(county.ask(county.li, "取消 钱老师"))) == 2
    lending.deputy(county.ask(county.li, "钱老师 4月20日-21日"))


def test_of_homonyms_each_is_shown_with_where_they_are(county: County) -> None:
    for place in range(7):
        one = people.add(county.db, "张老师", FRIDAY)
        people.give(county.db, one, Role.COUNSELOR, county.squads[place % 3 + 1], FRIDAY)
    asked = handing_over.hand_over(county.ask(county.li, "张老师 洪老师"))
    assert asked.text.startswith("有 8 位张老师，是哪一位？\n1. 张老师（实验小学三(1)中队 中队辅导员）\n2. ")
    assert len(asked.buttons) == 6 and asked.buttons[0].typed == f"交接 #{county.zhang} 洪老师"
    assert asked.text.endswith("这里列了前 6 位；别的请他们学校的管理员来办。")
    meant = handing_over.hand_over(county.ask(county.li, asked.buttons[0].typed.partition(" ")[2]))
    assert meant.text.startswith("张老师 交接给 新老师 洪老师：\n角色：实验小学三(1)中队 中队辅导员")


def test_who_joins_by_a_code_keeps_the_end_of_the_term(county: County) -> None:
    until = FRIDAY + timedelta(days=20)
    hong = people.add(county.db, "洪老师", FRIDAY)
    people.give(county.db, hong, Role.COUNSELOR, county.squads[1], FRIDAY, until=until)
    code = invites.make(county.db, county.vault, county.squads[1].id, Role.COUNSELOR, county.li, FRIDAY)
    heard = Message("practice", "m2", "新手机", "新手机", FRIDAY)
    join.join(replace(county.ask(county.li, code), person=None, message=heard))
    assert people.by_addresses(county.db, "practice", ["新手机"], FRIDAY)["新手机"].id == hong
    assert Role.COUNSELOR in people.by_id(county.db, hong, FRIDAY).roles
    assert people.by_id(county.db, hong, until).grants == ()
