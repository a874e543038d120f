"""No child, and no guardian, ever gets a code, an account or a role: in whatever words it is asked for."""

import pytest
from sqlalchemy import func, select

from handlers.roster import read_csv
from storage.people.people import Role
from storage.tables import account, child, grant, invite, person
from tests.support import nominating
from tests.support.nominating import School

pytestmark = pytest.mark.both

built, at = nominating.built, nominating.at

WORDS = (
    "队员",
    "少先队员",
    "学生",
    "同学",
    "孩子",
    "小朋友",
    "家长",
    "小队长",
    "中队长",
    "大队长",
    "中队委",
    "队干部",
    "班长",
)
TRIES = (
    *(f"邀请 {word} 三(2)中队" for word in WORDS), *(f"任命 王小明 {word} 三(2)中队" for word in WORDS),
    "邀请 三(2)中队的队员", "邀请 家长 王小明妈妈 三(2)中队",
)  # fmt: skip
# Said in other words, or of somebody whom nobody knows as a colleague.
OTHERS = (
    "邀请 王小明", "邀请码 王小明", "任命 王小明 志愿者 三(2)中队", "任命 7号 志愿者 三(2)中队",
    "代理 李老师 王小明 明天",
    "给王小明开一个邀请码", "给三(2)中队的队员每人一个账号", "给孩子发个码", "把三(2)的队员都加进来",
    "交接 张老师 王小明",
)  # fmt: skip


def standing(at: School) -> list[int]:
    return [at.db.scalar(select(func.count()).select_from(each)) or 0 for each in (invite, account, grant, person)]


def test_nothing_is_opened_for_a_child(at: School) -> None:
    before = standing(at)
    for words in TRIES:
        assert "不给孩子和家长开邀请码、账号和角色" in at.say(at.li, words)[0].text, words
    for words in OTHERS:
        at.say(at.li, words)
    assert standing(at) == before


def test_no_role_is_a_childs_and_no_roster_brings_one() -> None:
    assert not [role for role in Role if any(word in role.label for word in WORDS)]
    for word in WORDS:
        sheet = read_csv(f"单位,类型,姓名,角色,企业微信\n青禾区/实验小学/三(2)中队,中队,王小明,{word},wang\n".encode())
        assert sheet.notes.problems, word


def test_a_child_is_no_person() -> None:
    """Whom the table of children holds nobody can log in as: it leads to no account and no role."""
    assert {key.column.table.name for key in child.foreign_keys} == {"unit"}
    assert not [table for table in (account, grant, invite, person) if "child" in " ".join(table.c.keys())]
