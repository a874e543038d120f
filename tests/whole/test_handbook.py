"""「怎么 …」: questions as teachers ask them, and the section of the handbook that answers."""

import re
from pathlib import Path

import pytest

from bot.dispatch.features import collect, modules
from handlers.general import handbook

DOCS = Path(__file__).parents[2] / "docs"
HEADINGS = {
    line.lstrip("# ")
    for name in ("counselor-handbook.md", "admin-handbook.md", "care-handbook.md", "operations.md")
    for line in (DOCS / name).read_text("utf-8").splitlines()
    if line.startswith("#")
}
ASKED = {
    "发照片": ("怎么发照片", "照片发不出去怎么办?", "图片在哪里传", "PDF能发吗", "图片能一次发几张"),
    "几个中队一起办的": ("合办的活动怎么报", "和四(1)中队一起搞的怎么算", "能不能算一场", "全校升旗怎么报"),
    "改和撤": ("报错了怎么改", "人数写错了怎么办", "怎样撤销一条签到", "怎么更正", "如何删掉签到", "发错了咋办"),
    "老师换了手机": (
        "手机丢了怎么办",
        "换手机还能用吗",
        "新手机怎么登录",
        "手机换了怎么弄",
        "手机掉水里了怎么办",
        "换了微信怎么办",
    ),
    "老师调走了：交接": (
        "换了管理员怎么办",
        "怎么退出",
        "我调走了怎么办",
        "怎么交接",
        "换班了怎么弄",
        "老师退休了怎么办",
        "转到别的学校怎么办",
    ),
    "一次请很多人：邀请卡和办公室二维码": ("二维码怎么弄", "怎么请全校老师一起加入", "怎么查谁没加入"),
    "公告：给下面的每位老师说一段话": (
        "公告能撤回吗",
        "怎么给全体老师发通知",
        "公告怎么发",
        "怎么不收公告",
        "怎么通知大家",
    ),
    "1. 加入": (
        "密码在哪里看",
        "能用电脑上的吗",
        "微信怎么用不了",
        "怎么加入",
        "邀请码在哪里要",
        "新老师怎么进来",
        "怎么邀请老师",
    ),
    "出差几天：代理": ("我生病了怎么办", "出差几天怎么办", "怎么请人代理", "产假谁来代，怎么弄"),
    "8. 在两个平台上用": ("两个平台怎么合", "怎么关联Telegram", "两个账号能合成一个吗"),
    "3. 重要日子的提醒": (
        "怎么设置开学日期",
        "为什么半夜提醒我",
        "怎么关掉提醒",
        "提醒发到哪里",
        "提醒太多了怎么办",
        "为什么收不到提醒",
    ),
    "一句话就行": (
        "全班都到了怎么写",
        "请假的同学怎么写",
        "几号之前要报",
        "怎么写人数",
        "什么格式，怎么写",
        "昨天忘了报怎么办",
        "怎么补报",
        "怎么签到",
        "怎么报活动",
        "如何打卡",
        "活动怎么报",
    ),
    "4. 提名争章": ("怎么提名", "家长不同意怎么办", "同意书怎么弄", "提名怎么撤回", "星章怎么评", "提名错了怎么改"),
    "年度材料": ("年度材料怎么写", "工作总结怎么写", "怎么写材料"),
    "上级的表：套表": ("怎么填上级的表", "填表能自动填吗，怎么弄", "套表怎么用"),
    "2. 审提名": (
        "证书怎么打印",
        "什么时候公示",
        "名额怎么设置",
        "特色章怎么加",
        "怎么审核",
        "待审在哪里看",
        "怎么退回",
    ),
    "3. 周报": (
        "周报数字不对怎么办",
        "怎么看某个中队报了什么",
        "周报发给谁，怎么设",
        "周报什么时候发",
        "周报几点来",
        "周报在哪里",
        "怎么导出Excel",
        "汇总表格怎么要",
        "怎么看上个月",
        "怎么看全区情况",
    ),
    "5. 看本中队的一周": ("怎么看我们班签到了没有", "怎么看我报过的", "在哪里看报上去没有"),
    "1. 报一项工作": ("怎么报开站", "宣讲怎么报", "结对怎么报"),
    "4. 谁还没报": ("怎么看谁没报", "怎么催办", "没签到的怎么查"),
    "在群里": ("群里怎么收周报", "怎么拉群", "怎么发到群"),
    "发布一个活动": ("怎么发布活动", "如何布置活动"),
    "单位变了：改名、移动、停用、新增": (
        "怎么删掉一个中队",
        "怎么开通一个新学校",
        "怎么加一所学校",
        "中队改名怎么办",
        "怎么新增中队",
        "别名怎么加",
        "怎么改单位名字",
    ),
    "发布的活动和同上周": ("爱学习怎么报", "第几期在哪里看"),
    "9月1日：升级": ("新学年怎么升级", "毕业了怎么办"),
    "一次登记很多人：名册": (
        "老师的账号填错了怎么改",
        "两个老师重名怎么办",
        "能不能对接学籍系统",
        "我们班有多少人在哪看",
        "名册怎么导入",
        "怎么批量登记老师",
    ),
    "角色从哪天到哪天": ("怎么撤销任命", "没有辅导员的班怎么办", "怎么任命", "角色怎么改"),
    "6. 保护孩子": ("孩子的信息保存多久", "信息泄露怎么办", "隐私怎么保护"),
    "家长来要求查看、更正、删除": ("家长要求删孩子信息怎么办", "家长申请怎么办"),
    "报了两次": ("一个活动报两次怎么办", "重复报了怎么弄"),
    "改目录：报什么、什么时候报": ("怎么加一项要报的工作", "怎么关掉一项工作"),
    "在几所学校任职": ("我教两个班怎么办", "在两所学校怎么报"),
    "6. 谁能做什么": ("别人怎么看得到我报的", "谁有权审批，在哪看"),
    "7. 常见的事": ("怎么联系你们", "出了事找谁，怎么找", "哪里有人工"),
    "数据保护员": ("怎么看操作记录", "审计在哪里看"),
    "备份": ("怎么备份", "数据丢了怎么办"),
    "升级": ("怎么升级版本", "怎么更新程序"),
    "不对劲的时候": (
        "机器人的令牌泄露了怎么办",
        "密钥丢了怎么办",
        "怎么停掉机器人",
        "服务器坏了怎么办",
        "怎么看机器人是不是正常",
        "停电了怎么办",
        "为什么没反应",
    ),
    "设置": ("数据放在哪里", "聊天数据存在哪"),
    "安装": ("内存多大，怎么配", "怎么部署", "怎么装机器人"),
    "9. 能发的命令": ("我是新来的，第一步怎么做", "新手从哪里学起", "本周没有活动怎么办", "请假怎么报", "停课怎么办"),
}
NO_QUESTION = ("三(2)中队 主题队日 38人", "明天开会吗", "你好", "天气怎么样", "谁能评一星章")


@pytest.mark.parametrize(("about", "text"), [(about, text) for about, texts in ASKED.items() for text in texts])
def test_a_question_is_answered(about: str, text: str) -> None:
    found = handbook.answer(text)
    assert found is not None and found.about == about


@pytest.mark.parametrize("text", NO_QUESTION)
def test_what_is_no_question_about_how(text: str) -> None:
    assert handbook.answer(text) is None


@pytest.mark.parametrize(
    ("args", "asks"), [("错了怎么改", True), ("怎么撤", True), ("写得不怎么样", False), ("7号", False)]
)
def test_what_follows_a_command_may_ask(args: str, asks: bool) -> None:
    assert handbook.asks_of(args) == asks


def test_every_answer_is_of_the_handbook_and_of_commands_that_there_are() -> None:
    features = collect(modules())
    words = {word for command in features.commands for word in command.words} | {"图", "表", "联合", "集体"}
    for each in handbook.answers():
        assert each.about in HEADINGS and len(each.text) <= 130, each
        for said in re.findall("「([^」]+)」", each.text):
            known = said in words or said.split()[0] in words or features.command_in(said) is not None
            assert known or said in ("本周没有活动", "请假到 4月10日", "不再提醒这件"), said
    assert {each.about for each in handbook.answers()} == set(ASKED)
