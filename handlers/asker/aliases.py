"""What another name of a unit may not be: every name has to lead to one unit, and to no other."""

import re
from collections.abc import Iterable
from datetime import date

from handlers.reading import Context, read
from handlers.reading.text.units import find_units
from storage.organisation.units import Kind, Unit

_ANYBODYS = "是大家都用的叫法，认不出是哪一个"
_WIDE = {"grades": (1, 9), "classes": 20}
# What everybody says of their own unit, or of none.
_GENERIC = re.compile(
    r"(?:[我咱你他]们?的?|本|各个?|全体?|该|每个?|所有的?|这个?|那个?|某个?|所在|其[他它]|别的|下属|少先队|红领巾$|少工委|校外|校内|毕业|起始|[低中高]年?段?(?=[年班段])|"
    r"小队|中队|大队|团队|支队|队委|年级|班级|班|年段|学校|校|社区|辅导站|基地|单位|集体|部|会|委|长|员们?|老师|教师|同学|学生|孩子们?|"
    r"辅导员|家长|大家|队|的|里|组|[今明昨后]天|上午|下午|上周|本周|签到|周报|帮助|提名|撤回|更正|"
    r"同意|退回|催办|活动|名册|提醒|推送|没有|谢谢|[您你]好|好的)+"
)
# 取消, 未签到, 月报: what is done when it is said.
_ORDERS = frozenset({"cancel", "command", "correct", "restore"})
# 张老师: whoever is named in a report is no squad.
_SOMEBODY = re.compile(r".{1,4}(?:老师|主任|校长|书记|辅导员)")
# 5.2, 12, 二班: a date, a number, a class without its grade; 第一中队 is a name.
_NUMBERS = re.compile(r"(?!第.+[中大]队$)[\d一二三四五六七八九十零〇两壹贰叁肆伍陆柒捌玖IVX第年级班中队小人名个\W_]+")

# 青禾区, 青禾区少工委, 育红小学: what is above a class, or beside its school.
_ABOVE = re.compile(
    r"[\u4e00-\u9fff]{2,}?(?:[省市区县旗镇乡]|小学|中学|学校|附小|附中|少工委|关工委|教育局)(?:\(.*\))?"
)
_KIND = re.compile(r"(?<=.)(?:中队|班)$")


def fault(alias: str, key: str, today: date) -> str:
    """Why nothing can be called so, of a squad with this key (`3-2`) or another unit (empty); empty: it can."""
    if len(alias) < 2 or _GENERIC.fullmatch(alias):
        return _ANYBODYS
    if _SOMEBODY.fullmatch(alias):
        return "是对老师的称呼"
    context = Context(today, **_WIDE)  # type: ignore[arg-type]
    hits, _ = find_units(f"{alias} 主题队日 38人", context)
    meant = {hit.unit for hit in hits if hit.kind != "part" and hit.unit}
    if meant:
        return "" if meant == {key} else "是别的中队或年级的叫法"
    if _NUMBERS.fullmatch(alias) or read(alias, context).intent in _ORDERS:
        return _ANYBODYS
    if key and _ABOVE.fullmatch(alias):
        return "是上级单位或学校的叫法"
    if not alias.endswith(("队", "班", "校", "学")) and any(
        each.activity for each in read(f"{alias} 38人", context).records
    ):
        return "是活动的名称"
    return ""


def core(name: str) -> str:
    """雷锋, 雷锋班 and 雷锋中队 are said of one squad."""
    return _KIND.sub("", name)


def short(kind: str, name: str) -> str:
    """实验小学 is said of 实验小学(东校区), too; empty of what is no school."""
    return name.partition("(")[0] if kind == Kind.SCHOOL else ""


def owner(name: str, key: str, others: Iterable[Unit]) -> Unit | None:
    """Whose name, other name or class this is already; a 第一小队 may be in every squad."""
    for each in others:
        called = {core(word) for word in (each.name, short(each.kind, each.name), *each.aliases)}
        if each.kind != Kind.TEAM and (core(name) in called or (key and key == each.key)):
            return each
    return None
