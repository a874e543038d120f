"""What is no fact is never stored without a yes: plans, questions, denials … around facts, by the thousand."""

import random

import pytest

from handlers.reading import Context, Reading, read
from tests.reading.test_properties import RECEIVED

CONTEXT = Context(RECEIVED, bound_unit="3-2")
UNITS = ("三(2)中队", "四(1)班", "五年级3班", "二(6)", "六（4）中队", "一5班", "我们班", "302班")
ACTIVITIES = (
    "队会", "主题队日", "队课", "升旗仪式", "祭扫", "植树", "学雷锋志愿服务", "读书分享会",
    "红领巾爱学习", "安全疏散演练",
)  # fmt: skip
HEADS = ("{n}人", "{n}名队员", "{n}个孩子", "{n}位同学", "应到{m}实到{n}", "实到{n}人")
# A frame is words around a fact: {u} unit, {a} activity, {h} heads. Each states something else than that it took place.
FRAMES = {
    "plan": (
        "{u}预计{h}参加{a}",
        "下周{u}要开展{a}，{h}",
        "{u}计划{h}参加{a}",
        "{u}打算下午组织{a}，{h}",
        "{u}{a}原定今天，{h}",
        "{u}准备明天去参加{a}，{h}左右",
        "{u}拟于4月20日举行{a}，参加{h}",
        "{u}的{a}报名{h}",
        "{a}定于下周一，{u}{h}",
        "{u}本来要搞{a}，{h}",
        "等会儿{u}开{a}，{h}",
        "{u}将于下周举行{a}，届时{h}参加",
    ),
    "question": (
        "{u}{a}{h}够不够？",
        "{u}{a}是不是{h}",
        "{u}{a}有{h}吗",
        "{u}{a}{h}可以吗？",
        "{u}{a}{h}，对吗？",
        "{u}的{a}{h}算不算达标",
        "{u}{a}来了{h}？",
        "为什么{u}{a}只有{h}？",
        "{u}{a}{h}行不行啊",
        "{u}{a}不会只有{h}吧",
        "请问{u}{a}{h}还要补报吗",
        "{u}{a}{h}，车够坐吗？{a}没开成",
    ),
    "negation": (
        "{u}{a}没开成，{h}都在教室",
        "{u}今天没开展{a}，{h}在上课",
        "因为下雨，{u}{a}取消了，{h}",
        "{u}{a}推迟到下周，{h}不变",
        "{u}原计划{a}，{h}，因天气没去成",
        "{u}{a}{h}都准备好了，后来取消",
        "{u}今天未能举行{a}，{h}",
        "没有{h}参加{u}的{a}",
        "{u}{a}改期，{h}",
        "{u}还没开{a}，{h}",
        "{u}{a}不开了，{h}自习",
        "{u}{a}延期，{h}另行通知",
    ),
    "condition": (
        "如果{u}{a}有{h}就好了",
        "要是{u}{a}来了{h}，就分两批",
        "希望{u}{a}{h}都能来",
        "{u}{a}至少要{h}",
        "万一{u}{a}只来{h}怎么安排",
        "只要{u}{a}有{h}就行",
        "我觉得{u}{a}{h}太多了",
        "假如{u}{a}{h}，需要几面队旗",
        "{u}{a}最好{h}",
        "但愿{u}{a}{h}都到",
        "{u}{a}{h}的话要分组",
        "建议{u}{a}安排{h}",
    ),
    "notice": (
        "通知：{u}明天{a}，{h}",
        "请{u}于下午3点到操场{a}，{h}",
        "各中队注意：{a}不少于{h}，{u}收到请回复",
        "请各中队组织{a}，每班{h}",
        "{u}别忘了{a}，{h}",
        "记得{u}{a}要来{h}",
        "{a}要求：{u}派{h}",
        "请{u}{h}到操场集合参加{a}",
        "务必通知{u}{h}参加{a}",
        "请大家做好{a}准备，{u}{h}",
        "{u}尽快安排{a}，{h}",
        "转发：{u}{a}{h}，请知晓",
    ),
    "example": (
        "格式如：{u} {a} {h}",
        "示例：{u} {a} {h}",
        "比如{u}{a}{h}",
        "例如：{u}，{a}，{h}",
        "像这样发：{u} {a} {h}",
        "模板：{u} {a} {h}",
        "举例：{u}{a}{h}",
        "举个例子，{u}{a}{h}",
        "请按“{u} {a} {h}”这样写",
        "发「{u} {a} {h}」就能签到",
        "样例：{u} {a} {h}",
        "参考格式：{u} {a} {h}",
    ),
    "quotation": (
        "王老师说“{u}{a}{h}”",
        "群里说：{u}{a}{h}",
        "听说{u}{a}来了{h}",
        "听李老师说{u}{a}{h}",
        "据说{u}{a}有{h}",
        "校长问：“{u}{a}{h}”",
        "已记录:{u} {a} {h}",
        "新闻里说{u}{a}{h}",
        "他说{u}{a}{h}",
        "有人说{u}{a}{h}",
        "家长说“{u}{a}{h}”",
        "据悉{u}{a}{h}",
    ),
    "summary": (
        "上学期{u}{a}平均{h}",
        "去年{u}{a}{h}呢",
        "{u}平时{a}{h}",
        "往年{u}{a}都有{h}",
        "{u}历次{a}都是{h}",
        "上次{u}{a}{h}",
        "累计{u}{a}{h}",
        "上个月{u}{a}{h}左右",
        "以往{u}{a}{h}",
        "{u}通常{a}{h}",
        "上一届{u}{a}{h}",
        "{u}{a}每次{h}",
    ),
}  # fmt: skip


def framed(kind: str, chance: random.Random) -> str:
    """A message that states no fact."""
    due = chance.randint(30, 50)
    heads = chance.choice(HEADS).format(n=due - chance.randint(0, 4), m=due)
    said = chance.choice(FRAMES[kind])
    return said.format(u=chance.choice(UNITS), a=chance.choice(ACTIVITIES), h=heads)


def is_stored(reading: Reading) -> bool:
    """Whether something is recorded without a yes."""
    return reading.intent in ("checkin", "correct") and reading.status in ("ok", "partial")


@pytest.mark.parametrize("kind", FRAMES)
def test_no_frame_is_a_fact(kind: str) -> None:
    chance = random.Random(kind)
    texts = [framed(kind, chance) for _ in range(1000)]
    assert [text for text in texts if is_stored(read(text, CONTEXT))] == []


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("三(2)队会40人", "fact"),
        ("三(2)队会40人,明天还有队课", "fact"),
        ("预计三(2)队会40人", "plan"),
        ("三(2)队会40人够不够", "question"),
        ("三(2)队会没开成,40人都在上课", "negation"),
        ("如果三(2)队会有40人就好了", "condition"),
        ("请三(2)40人到操场集合升旗", "notice"),
        ("格式如:三(2)中队 应到42 实到40", "example"),
        ("王老师说“三(2)队会40人”", "quotation"),
        ("上学期三(2)队会平均40人", "summary"),
        ("隔壁班队会来了40人", "elsewhere"),
        ("三(2)队日活动费用:40人×15元=600元", "other"),
    ],
)
def test_what_a_message_claims(text: str, claim: str) -> None:
    assert read(text, CONTEXT).claim == claim


@pytest.mark.parametrize(
    "text",
    [
        "三(2)队会40人,照片怎么发?",
        "三(2)队会40人,明天还有队课",
        "活动情况如下:三(2)主题队会,应到43实到42",
        "三(2)中队《我该怎么办》主题队会 40人",
        "三(2)中队 主题:明天会更好 队会 40人",
        "昨天没报,三(2)队会40人",
        "三(2)队会40人,原计划42人",
        "三(2)队会40人,请老师登记",
        "三(2)队会40人,2人没来",
        "收到,三(2)队会40人",
    ],
)
def test_a_fact_beside_other_words_is_one(text: str) -> None:
    reading = read(text, CONTEXT)
    assert (reading.intent, reading.status, reading.claim) == ("checkin", "ok", "fact"), text
    assert reading.records[0].attended in (40, 42)
