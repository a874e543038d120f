"""What is said of one child, or of a child's family, is no theme, whatever is said; what they do may be one."""

import pytest

from handlers.privacy.gate import cleared, found_in
from handlers.reading.persons.findings import Secrets
from handlers.reading.persons.personal_data import hide_matters
from tests.support.process import ROOT

OF_KIN = """

孩子爷爷是老红军 有娃妈妈是保险公司的 同学家里开超市的 班上那个爸爸当副局长的孩子 主讲孩子的父亲开出租
父亲是镇长的那个队员领誓 她妈妈开美容院 爸爸在部队当营长 妈妈一个人拉扯大的孩子 妈妈是越南人的那个孩子表演
孩子户口没落下来 家里有三套房 家里有矿 姑父是开发商 舅舅卖海鲜 爸爸原来是厂长 妈妈独自带两个娃
他爸欠了一屁股债 队员外公干殡葬 娃的舅妈改行了 父亲常年出海 升旗手家长是法院的
冠军家里做房地产 台上那位的姥爷是厅级 主持人的叔叔是教育局的 奖励父母是烈士的那位 孩子成绩倒数
"""
OF_ONE = """
捐书最多的娃是拆二代 站前排的孩子有点笨 两个胖娃走不动 班里回民孩子不吃 跑不动的几个都是小个子
一个是笨的 五号是插班的 12号没带红领巾

他成绩倒数 有个孩子坐不住 那名队员不合群 某生不写作业 一个孩子跟不上 有同学没交钱 该生屡教不改 她性格内向
3号这学期心理评估不达标 8号最近总是发呆 6号尿了裤子 班上那个胖墩跑不动 新来的那个以前留过级 偷拿文具的是5号
跟手腕有划痕的那个聊 顶撞老师的那位写了检查 教育打群架的4号和6号 有人爸妈天天动手 总往女厕所跑 又被叫家长
卧床的一名男生 男生A有攻击行为 7号说话漏风 二十号跟同桌抢东西 那个孩子的书本费还欠着 选上的那个是干部家的
这个孩子很挑食 大伯带着他来的 另一名同学不肯穿校服 有位队员不会普通话 某同学总发呆 那孩子有三套房
"""
DEEDS = """
大山里的孩子 给山区的孩子捐书 争做新时代的好孩子 我是妈妈的小帮手 爱唱歌的孩子表演 舅舅寄来的军装
做一个有用的人 保洁员阿姨辛苦了 家长开放日 家长是第一任老师 领养一棵树 6月5号是世界环境日

孩子爷爷讲长征 同学们的爸爸妈妈进校园 我的爷爷是老红军 妈妈改造小菜园 外公讲抗战 爸爸在我身边
妈妈是我的榜样 家人都在身边 爸爸的职业分享会 给妈妈洗脚 为妈妈做一顿饭 和爸爸妈妈一起植树 采访爷爷的老物件
一个都不能少 一个孩子都不能少 让每个孩子都出彩 一名队员讲红色故事 采访一位同学 听妈妈讲那过去的事情
嫦娥六号发射 神舟二十号返回 3号馆参观 12号下午植树 “3号”少先队员岗位体验 一个孩子的长征 一位老党员的坚守
从不言弃 诚信教育 25号秋季运动会 总书记寄语 老师您好 心中的那个英雄 留守儿童暑期托管班 孤独症日点亮蓝灯
儿童福利院献爱心 不怕打针绘本课
家有萌宠 说说我家的老物件 消防站里学灭火 劳动周收玉米 派出所小警营 被子叠叠乐 东方红一号
他山之石 吉他社团 其他活动 他们是最可爱的人 孩子们的节日 家里的老物件 有同学把名单发到网上
一名同学的成绩单发到家长群 他的手机丢了 走进那个年代 爸爸当家 家里有图书角 帮妈妈做家务 奶奶教我包粽子
"""


@pytest.mark.parametrize("words", OF_KIN.split())
def test_what_is_said_of_a_childs_family_is_kept_nowhere(words: str) -> None:
    for said in (words, f"清明祭英烈 {words}", f"{words}，清明祭英烈"):
        assert cleared(said) == said.replace(words, "").strip("， ") and found_in(said)
    assert hide_matters(f"乐于助人,{words},捐书", Secrets()).count("捐书") == 1
    assert words not in hide_matters(f"乐于助人,{words},捐书", Secrets())


@pytest.mark.parametrize("words", OF_ONE.split())
def test_what_is_said_of_one_child_is_no_theme(words: str) -> None:
    for said in (words, f"清明祭英烈 {words}", f"{words}，清明祭英烈"):
        assert cleared(said) == said.replace(words, "").strip("， ") and found_in(said)


@pytest.mark.parametrize("words", ("有个孩子，总是发呆", "班上有位队员，家里欠着钱", "7号，最近老跟人打架"))
def test_what_is_said_in_the_next_clause_goes_with_the_child(words: str) -> None:
    assert cleared(f"植树，{words}") == "植树"


@pytest.mark.parametrize(
    "words", ("郄天佑殴打低年级", "巴特尔家在草场欠了贷款", "徐婧祎瘦到四十斤", "豆豆妈要和爸爸分财产")
)
def test_of_a_child_with_a_name_nothing_stays_but_a_deed(words: str) -> None:
    assert cleared(f"植树，{words}") == "植树"
    assert cleared("植树，郄天佑讲红色故事") == "植树，讲红色故事"


@pytest.mark.parametrize("why", ("因为肺部感染", "说是去派出所了", "去法院开庭", "奶奶不让来", "原因是家里闹矛盾"))
def test_why_somebody_is_away_goes_as_well(why: str) -> None:
    assert cleared(f"缅怀革命先烈 缺1人，{why}") == "缅怀革命先烈"


def test_a_leak_and_an_objection_may_tell_of_one() -> None:
    assert cleared("他没有参加过活动，5号的照片被发到群里", of_one=True)
    assert not cleared("他不合群")


def test_what_they_do_and_who_is_meant_by_all_is_kept() -> None:
    changed = [words for words in DEEDS.split() if cleared(words) != words or found_in(words)]
    assert changed == []
    lines = (ROOT / "tests/cases/themes.txt").read_text(encoding="utf-8").splitlines()[1:]
    themes = [words for line in lines for words in line.split()]
    alarms = [words for words in themes if {"PII_CHILD", "PII_FAMILY"} & set(found_in(words))]
    print(len(alarms), "of", len(themes), alarms)
    assert len(alarms) <= 3, alarms
