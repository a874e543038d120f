"""Where children are not named (Telegram): a name in a reason is refused, in a report masked, and kept nowhere."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import InvalidToken
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import select

from bot.files.fetcher import Fetcher
from handlers.privacy.names import persons
from storage.base.vault import WrongKey
from storage.tables import checkin, metadata, nomination
from tests.support.platforms.fake_telegram import FakeTelegram, message
from tests.support.platforms.telegram_stage import LI, ZHANG, Stage, running

Play = Callable[[Callable[[Stage], Awaitable[None]]], None]

# Text → the children in it, in any order.
NAMED = {
    "王小明": "王小明",
    "王小明,学雷锋": "王小明",
    "王小明帮助同学": "王小明",
    "李梓涵拾金不昧": "李梓涵",
    "张雨萱主动打扫教室": "张雨萱",
    "表扬李梓涵": "李梓涵",
    "郑好丢了水壶": "郑好",
    "钱多多请假": "钱多多",
    "刘欣怡、陈思远表现突出": "刘欣怡 陈思远",
    "杨子轩同学成绩优秀": "杨子轩",
    "小讲解员周佳怡讲红色故事": "周佳怡",
    "清明祭英烈 吴宇航领誓": "吴宇航",
    "旗手徐诗涵": "徐诗涵",
    "旗手:马俊杰": "马俊杰",
    "由孙若涵主持": "孙若涵",
    "朱雨桐和胡睿一起打扫": "朱雨桐 胡睿",
    "今天郭晨曦没来": "郭晨曦",
    "请假:何语嫣": "何语嫣",
    "请假:李明、张敏、高梓轩": "李明 张敏 高梓轩",
    "缺席 林可馨": "林可馨",
    "李明请假": "李明",
    "王芳主动帮助老人": "王芳",
    "帮助李红同学补课": "李红",
    "捡到手机的罗嘉豪": "罗嘉豪",
    "学雷锋,郑博文捡到手机主动归还": "郑博文",
    "欧阳若涵朗诵": "欧阳若涵",
    "司徒浩担任升旗手": "司徒浩",
    "慕容雪": "慕容雪",
    "阿依古丽·买买提": "阿依古丽·买买提",
    "江雨晨获一等奖": "江雨晨",
    "金泽宇领唱": "金泽宇",
    "方子轩、白佳怡": "方子轩 白佳怡",
    "黄建国代表学校参加比赛": "黄建国",
    "万子豪主动": "万子豪",
    "龙飞扬同学": "龙飞扬",
    "张伟": "张伟",
    "韩雪表现优秀": "韩雪",
    "梓涵同学拾金不昧": "梓涵",
    "小明同学": "小明",
    "小红主动帮助同学": "小红",
    "其中魏子豪最积极": "魏子豪",
    "队员苏婉晴在比赛中获奖": "苏婉晴",
    "王小明的故事": "王小明",
    "向王小明同学学习": "王小明",
    "学习王小明同学的事迹": "王小明",
    "把吕浩宇扶回教室": "吕浩宇",
    "照顾生病的姚雨欣": "姚雨欣",
    "陪沈佳宜看书": "沈佳宜",
    "五位队员:丁一凡、任可欣、卢俊逸、钟灵儿、姜子昂": "丁一凡 任可欣 卢俊逸 钟灵儿 姜子昂",
}

# What has no child in it: themes, heroes and writers, teachers, deeds, places, words that begin like a name.
CLEAN = """
清明祭英烈|缅怀先烈 传承精神|学雷锋事迹突出|学习雷锋好榜样|向雷锋同志学习|学习张桂梅精神|致敬袁隆平爷爷
听黄继光的故事|讲钱学森故事获奖|参观刘胡兰纪念馆|走进鲁迅故里|何香凝故居|李白诗歌朗诵会|诵读毛泽东诗词
杨利伟的飞天故事|花木兰替父从军|岳飞精忠报国|司马光砸缸 课本剧|诸葛亮草船借箭|安徒生童话|学习陈祥榕烈士
祭扫李文海烈士墓|听王建国老兵讲故事会|张丽华老师带队|由张丽华老师主持|李校长讲话|王叔叔讲消防|弘扬李文斌精神|乐于助人
关心同学|关心集体，团结友爱|团结同学，尊敬老师|友爱同学|安静守纪|文明有礼|文明学生|温和有礼|严格要求自己|任劳任怨
方方面面都很好|高标准要求自己|高雅艺术进校园|高一年级|连续三年优秀|单独完成任务|成为榜样|常帮助同学|应变能力强
项目负责人|包干区打扫认真|白天上课认真|全票通过|许多同学推荐|困难同学|生病同学|全体队员|少先队员心向党|优秀队员
中队长竞选|小讲解员培训|小小志愿者|小学生守则|小朋友联欢|江南春|江南水乡研学|白云山|白玉兰 绽放|马兰花开|金秋诗会
金银花种植|贺新春|祝福语征集|谷雨诗会|夏令营|石榴籽|龙舟赛|龙凤呈祥|梅花奖|万家灯火|万里行|时光胶囊|温馨教室|童心向党
童子军|明德讲堂|黄梅戏|黄金海岸|陆军知识|汪洋大海|许愿树|周末劳动|每周安全教育|本周平安|上周阳光体育|毛笔字|毛线编织
田园诗|田径比赛|叶子画|朱子家训|孙子兵法|唐诗宋词|苏州园林|高山流水 古琴|林荫道清扫|张家界研学|石家庄|杨家将故事
李家大院|包粽子 划龙舟|包汤圆|谢师恩|国家安全|向上向善好少年|强国有我|讲一二·九的故事|扣好第一粒扣子
红领巾爱学习 第12期|5.12防灾减灾
"""
# Games, crafts, work of boards, numbers of documents: none of them is in a list of the language.
WORK = """
跳皮筋|合开队会|退休不退岗|班子齐全|教字〔2026〕5号|踢毽子比赛|滚铁环|丢沙包|翻花绳|拔河赛|编中国结|剪窗花|包粽子|搓汤圆|捏泥人|做香囊|打陀螺|跳格子|抖空竹|贴春联|猜灯谜|敲锣打鼓|舞龙舞狮|扭秧歌
腰鼓队排练|队形变换|队前讲评|联办队课|合办队日|同上一节课|共上思政课|离岗不离心|老有所为|退役不褪色|离职不离党|人员到位|机构健全|制度上墙|牌子挂好|台账规范|档案齐备|团发〔2026〕12号
少发〔2026〕3号|关工委字〔2026〕1号|教体字[2026]8号|濮少工委〔2026〕7号|宁教基〔2026〕3号|扫墓祭英烈|擦栏杆|浇花除草|拾垃圾|捡烟头|擦黑板|叠被子|整书包|系鞋带|系红领巾比赛|晒秋
磨豆浆|摘草莓|挖红薯|掰玉米|采茶|插秧|割稻子|喂小鸡|观鸟|认星星|种多肉|养蚕宝宝|做风筝|放纸鸢|画脸谱|唱豫剧|听评书|学皮影|打腰鼓|练毛笔字|抄古诗|读绘本|演课本剧|诵国学|赛龙舟|跳竹竿舞|丢手绢
老鹰捉小鸡|萝卜蹲|两人三足|旱地龙舟|贴膏药|撕名牌|打雪仗|堆雪人|揪片子|擀面皮|煮饺子|腌咸菜|晾衣服|刷鞋子|缝沙包|钉纽扣|穿针引线|折纸船|拼七巧板|搭积木|组装鲁班锁|解九连环|下五子棋|下跳棋|吹泡泡
荡秋千|走独木桥|爬绳网|蒙眼敲锣|传声筒|抢凳子|击鼓传花|你画我猜|护蛋行动|三独比赛|双减双增|双拥共建|三会一课|五育融合|五老进校园|一校一品|一班一特色|小手拉大手|大手牵小手|晨检午检|错峰放学|路队评比
队室布置|队报评选|队歌传唱|队旗护送|出旗退旗|呼号宣誓|换戴领巾|佩章仪式|授旗授牌|争章夺星|考章颁章|定标争章|护章|换届选举|述职竞聘|轮值中队长|竞选队长|班容班貌|垃圾分一分|光盘不剩饭|节水护水|护河巡河
爱牙护齿|防溺水六不准|防震减灾|防校园霸凌|禁毒禁烟|扫黄打非护苗|网信普法|反诈宣讲|拒绝毒品|心肺复苏|急救包扎|消防逃生|校园贴吧|敬老爱幼|慰问孤老|走访困境儿童|帮扶结对|结对共建|义卖义捐|旧物置换|跳蚤集市
爱心集市|微心愿认领|圆梦微心愿|周五交少先队计划|周一领队徽|周四拍合影|周二评优秀队员|周日打扫队室|周六晒书|周三开队会
给我这周的表格|我们班这周还没报|那季的情况|哪周有活动|周末谁没报|整次活动谁还没交|这段的表格|当周的数字
"""
LEAKS = (
    "优盘丢了，里面有名册|U盘丢了|名册发错群了|快递寄错|同意书丢了三份|网盘链接公开了|金山文档设成了公开|学籍卡丢了|"
    "复印件当草稿纸用了|钉钉群|抖音上发了孩子照片|公众号推文里有全名|签到表丢了|体检表放错班|小程序能看到别班"
)
CLEAN_TEXTS = [text for text in f"{CLEAN}|{WORK}|{LEAKS}".replace("\n", "|").split("|") if text]


@pytest.mark.parametrize("text", NAMED)
def test_children_are_found(text: str) -> None:
    found = " ".join(persons(text))
    assert [name for name in NAMED[text].split() if name not in found] == []


@pytest.mark.parametrize("text", CLEAN_TEXTS)
def test_nobody_is_found_where_nobody_is_named(text: str) -> None:
    assert persons(text) == ()


def test_a_surname_at_the_end_of_a_word_is_one() -> None:
    for name in ("龙斐", "池遥", "龙湘", "池甜", "牛久", "龙挺", "雷轩"):
        assert name in persons(f"今天{name}主持"), name


@given(st.text(alphabet="王小明李梓涵同学的、,和·请假主持 a\n上雪", max_size=80))
def test_whatever_is_said_what_is_found_stands_in_it(text: str) -> None:
    letters = re.sub(r"[^\w]", "", text)
    assert all(re.sub(r"[^\w]", "", name) in letters for name in persons(text))


# --- on Telegram --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeTelegram]:
    with FakeTelegram() as telegram:
        yield telegram


@pytest.fixture
def play(tmp_path: Path, fake: FakeTelegram) -> Play:
    def played(talk: Callable[[Stage], Awaitable[None]]) -> None:
        async def run() -> None:
            fake.sent.clear()
            async with running(tmp_path, fake) as stage:
                await talk(stage)

        asyncio.run(run())

    return played


def everything(stage: Stage) -> str:
    """All that the database holds, with what is sealed opened."""
    vault, kept = stage.app.engine.vault, []
    for table in metadata.sorted_tables:
        for row in stage.query(select(table)):
            for value in row:
                if isinstance(value, bytes):
                    try:
                        value = vault.open(value)
                    except (InvalidToken, WrongKey):
                        value = ""
                kept.append(str(value))
    return "\n".join(kept)


def assert_nowhere(stage: Stage, names: list[str], caplog: pytest.LogCaptureFixture) -> None:
    said = "\n".join(str(sent) for sent in stage.fake.sent)
    for name in names:
        assert name not in everything(stage) and name not in caplog.text and name not in said, name


@pytest.mark.both
def test_a_name_in_a_reason_is_refused_and_kept_nowhere(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    async def talk(stage: Stage) -> None:
        for text in NAMED:
            (said,) = await stage.say(ZHANG, f"提名 三(2)中队 7号 一星章 {text}")
            assert "这次没有记录" in said and "请删掉刚才那条消息" in said, text
        assert stage.query(select(nomination.c.id)) == []
        assert_nowhere(stage, [name for names in NAMED.values() for name in names.split()], caplog)

    play(talk)


@pytest.mark.both
def test_what_a_file_says_is_named_no_more_than_what_a_message_says(play: Play, tmp_path: Path) -> None:
    async def talk(stage: Stage) -> None:
        app = stage.app
        clock = app.engine.clock.now, app.engine.clock.real
        fetcher = Fetcher(app.channels, app.pipeline, app.engine.database.read, tmp_path / "files", clock, app.owner)
        head, school = "组织,类型,姓名,角色,应到人数\n", "青禾区少工委/实验小学"
        stage.fake.files["r"] = f"{head}{school},学校,,,\n{school}/三(2)中队,中队,张老师,中队辅导员,厍俊熙\n".encode()
        await stage.say(LI, document={"file_id": "r", "file_unique_id": "r", "file_name": "亓官灵.csv"})
        await fetcher.once()
        (said,) = await stage.answers(LI)
        assert "（现在是 厍××）" in said and "第 3 行" in said
        book = Workbook()
        book.active.append(["{{郗慧琪}}", "{{宣讲.场次.今年}}"])
        book.save(tmp_path / "f.xlsx")
        stage.fake.files["f"] = (tmp_path / "f.xlsx").read_bytes()
        await stage.say(LI, "套表 月报表")
        await stage.say(LI, document={"file_id": "f", "file_unique_id": "f", "file_name": "表.xlsx"})
        await fetcher.once()
        (said,) = await stage.answers(LI)
        assert "{{郗××}} 认不出来" in said

    play(talk)


@pytest.mark.both
def test_reasons_without_a_name_are_taken(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        reasons = [text for text in CLEAN_TEXTS if " " not in text][:60]
        for place, text in enumerate(reasons, 1):
            (said,) = await stage.say(ZHANG, f"提名 三(2)中队 {place}号 一星章 {text} 家长已书面同意3月1日")
            assert said.startswith("已收到提名"), text

    play(talk)


@pytest.mark.both
def test_a_name_in_a_report_is_masked_and_kept_nowhere(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    async def talk(stage: Stage) -> None:
        said = await stage.say(ZHANG, "三(2)中队 主题队日 38人 清明祭英烈 李梓涵领誓 刘欣怡、陈思远朗诵")
        assert said[0].startswith("已记录：三(2)中队 主题队日 38 人") and "清明祭英烈" in said[0]
        assert "孩子的姓名没有保存" in said[-1] and "请在聊天里删除那条消息" in said[-1]
        # Corrected, by words and by an edit; a question whose answer names somebody; what is no report at all.
        assert "孩子的姓名没有保存" in (await stage.say(ZHANG, "更正 主题队日 38人 张雨萱主持"))[-1]
        await stage.say(ZHANG, "三(2)中队 队课 30人", message_id=70)
        assert "孩子的姓名没有保存" in (await stage.edit(ZHANG, 70, "三(2)中队 队课 31人 周佳怡讲红色故事"))[-1]
        await stage.say(ZHANG, "三(2)中队 38人")
        assert "还没有记" in (await stage.say(ZHANG, "吴宇航"))[0]
        await stage.say(ZHANG, "取消")
        assert "孩子的姓名没有保存" in (await stage.say(ZHANG, "今天郭晨曦没来"))[-1]
        assert "「何××」" in (await stage.say(LI, "周报 何语嫣"))[0]
        topics = [topic for (topic,) in stage.query(select(checkin.c.topic).order_by(checkin.c.id))]
        assert topics == ["清明祭英烈", "讲红色故事"]
        names = ["李梓涵", "刘欣怡", "陈思远", "张雨萱", "周佳怡", "吴宇航", "郭晨曦", "何语嫣"]
        assert_nowhere(stage, names, caplog)

    play(talk)


@pytest.mark.both
def test_a_name_in_a_decision_is_refused_and_kept_nowhere(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    async def talk(stage: Stage) -> None:
        for number in (7, 8):
            await stage.say(ZHANG, f"提名 三(2)中队 {number}号 一星章 学雷锋，家长已书面同意3月1日")
        _, second = [sent["message_id"] for sent in stage.fake.sent_to(LI)]
        (said,) = await stage.say(LI, "退回 N20260403-01 李梓涵的材料不全")
        assert "「李××」" in said and said.endswith("请回复退回 N20260403-01 的理由（100字以内），如：事迹材料不全")
        assert "「刘××」" in (await stage.say(LI, "刘欣怡材料不全"))[0]
        assert (await stage.say(LI, "材料不全"))[0].startswith("已退回 N20260403-01")
        # A bare reply to the card.
        bot = {"id": 123456, "is_bot": True, "first_name": "b"}
        card = {**message(LI), "message_id": second, "from": bot}
        (said,) = await stage.say(LI, "郭晨曦的事迹太短", reply_to_message=card)
        assert "「郭××」" in said
        assert_nowhere(stage, ["李梓涵", "刘欣怡", "郭晨曦"], caplog)

    play(talk)
