"""隐私: what is kept, for how long, who sees it, and whom to ask; the numbers are those the clean-up goes by."""

from datetime import timedelta

from handlers.kit import Ask, Reply, Role
from handlers.registry import ANYONE, command
from storage.audit.audit_years import YEARS_KEPT
from storage.people import people
from storage.retention import terms


@command(
    "隐私", "privacy", who=ANYONE, group="孩子信息", rank=47, help="看保存什么、保存多久", looks=".*",
    examples=("隐私",),
)  # fmt: skip
def show(ask: Ask) -> Reply:
    """The dedicated rule for children's data in a few lines (儿童个人信息网络保护规定 8, 9)."""
    lines = [
        "关于孩子的信息",
        "· 签到只记人数，不记姓名、原因、电话、健康和家庭情况；认出来的当场丢掉",
        "· 只有提名奖章要姓名，先要家长书面或电子同意；不同意不影响孩子",
        "· 姓名和事迹加密保存，别处只显示「王*明」；看全名要写理由，谁看过都有记录",
        "· 照片去掉地点和设备信息，不转发到群里",
        "保存多久，到期自动删除",
        f"· 签到和照片：{terms.CHECKIN_YEARS} 个学年",
        f"· 没通过的提名：{_days(terms.FAILED_NOMINATIONS_KEPT)}；通过的：毕业后一年，以后只剩数字",
        f"· 没处理好的消息：{_days(terms.FAILED_MESSAGES_KEPT)}；收发记录（没有内容）：{_days(terms.LOG_KEPT)}",
        f"· 发出的话和没答完的问题：24 小时；审计日志：{YEARS_KEPT} 年",
        f"家长要查看、更正、删除，或者撤回同意，找学校管理员，15 个工作日内办完。{_officers(ask)}",
    ]
    return Reply("\n".join(lines))


def _days(kept: timedelta) -> str:
    return f"{kept.days} 天"


def _officers(ask: Ask) -> str:
    """Who is responsible for the asker's unit; a stranger is told none."""
    if ask.person is None or not ask.person.grants:
        return ""
    found = people.above(ask.db, [Role.DATA_OFFICER], ask.person.grants[0].unit, ask.now)
    names = "、".join(person.name for person in found if person.grants)
    return f"数据保护员：{names}。" if names else ""
