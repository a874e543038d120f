"""Children named for what they did, or just named: 王小明演讲, 小讲解员陈思远, 王小明、李小红、张子涵."""

import re

from handlers.reading.persons.findings import Secrets
from handlers.reading.persons.names import NAME, is_name
from handlers.reading.text.normalise import NAMED, SECRET
from handlers.reading.text.patterns import pattern

# Characters that given names are made of and words of a topic seldom: 包饺子 and 向未来 have none, 王丽华 has two.
_GIVEN = frozenset(
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞刚桂英华玉萍红建辉鹏斌宇浩凯健俊帆雪梅琳莹玲婷倩璐雯颖慧佳欣怡思雨晨梓涵"
    "子轩然琪诺一可悦宸睿泽博翔嘉懿昊宁瑶瑾萱紫若曦语桐彤妍菲珊洁芸蕾薇馨露蓉莉蓓晶晓小海波森楠桦菊荷莲淇沐润汐皓晗晖"
    "旭辰朗亮志远航锦锐锋钧铭鑫瑞祥贵顺德仁忠良恒永胜利民元亨豪雄彬武毅坚振宏诚淳峰岚峻珍珠琦瑜璇璟玥玮珂珺琛煜烨炜灿"
    "焕煊燕鸿凤莺蝶霖霏云霄奕逸易亦依伊允舜禹恩惠爱念慈贝妮娅娇媛婉嫣姗妙婧婕家宜宛岳帅年庆廷弘彦影微忆恬悠愉扬承斯昕"
    "昱晟景智暄朵柔柯栋棋歆毓沛泓浅淑渝滢漫潇澄澜炎熙牧珈琅琨瑄甜田益盈瞳硕祎祺程稚筠筱纯绍绮维羽翎翰耀聪舒舟芊芝芮芷"
    "苒苗茉茗茜荣莎菁菡萌葵蓝蔓蕊藤虹谦贤赫越轶轲辛迪逍道铎长隆雅韬飒骁骏魁麒麟默鼎齐苡"
)
_COMMON = frozenset("王李张刘陈杨赵吴徐孙朱郭罗郑梁谢韩邓冯彭曾萧董潘袁蔡蒋杜魏吕卢姚沈姜崔谭")
_DEEDS = (
    "演讲|朗诵|领诵|领读|诵读|发言|分享|讲|唱|读|写|画|跳|弹|说|谈|当|任|获|夺|拿|捡|拾|帮|带|表演|主持|担任|代表|宣誓|献|参赛|展示|介绍|"
    "做得|致辞|汇报|宣读|承诺|竞选|上台|得奖|主讲|领誓|领操|指挥|授课|献词"
)
_SEVERAL = rf"{NAME}(?:[、,和与及]{NAME}){{1,19}}"
_COUNTED = r"(?:等?[\d一二三四五六七八九十两]{1,3}[位名个])?(?:人|同学|队员|小朋友)?"
_START = r"(?:(?<![\u4e00-\u9fff])|(?<=[由请让]))"
_ROLES = (
    "旗手|升旗手|护旗手|领誓人|主持人|小主持人?|讲解员|小讲解员|中队长|小队长|大队长|班长|领唱|领诵|领操|主讲人?|宣讲员|司仪|国旗下(?:讲话|演讲)|朗读者|朗诵者|演讲者|诵读者|代表|"
    "表扬|表彰|祝贺|慰问|看望|学生|队员|孩子|儿童|小朋友"
)
_ADULTS = "班主任|带队老师|指导老师|老师|教师|辅导员|校长|主任"
# 王小明演讲, 陈思远、吴雨桐分享读书心得, 王小明、李小红三位同学担任升旗手
_DOING = pattern(
    rf"{_START}(?P<names>{_SEVERAL}|{NAME})(?P<more>{_COUNTED})(?=(?:上台|现场|为大家|给大家|进行|作|做|的)?(?:{_DEEDS}))"
)
# 小讲解员陈思远讲得很好, 主持人王小明, 慰问学生李小红
_IN_A_ROLE = pattern(rf"(?:{_ROLES})(?P<names>{_SEVERAL}|{NAME})(?P<more>)")
# 王小明、李小红、张子涵 as a chunk of its own
_LISTED = pattern(rf"{_START}(?P<names>{_SEVERAL})(?P<more>{_COUNTED})(?![\u4e00-\u9fff])")
# 王丽华 alone, 班主任张丽华: whoever reports, no child's and no topic
_ALONE = pattern(rf"(?:(?<![\u4e00-\u9fff])|(?:{_ADULTS}))(?P<name>{NAME})(?![\u4e00-\u9fff])")
_BETWEEN = pattern(r"[、,和与及]")
_CUE = pattern(f"{_DEEDS}|{_ROLES}|、|(?<=[\u4e00-\u9fff])[和与及](?=[\u4e00-\u9fff])")
# Whom topics are about: no child's name.
_IN_BOOKS = """
黄继光 董存瑞 邱少云 刘胡兰 张思德 白求恩 焦裕禄 钱学森 袁隆平 杨靖宇 赵一曼 方志敏 李大钊 夏明翰
江竹筠 罗盛教 欧阳海 张海迪 孔繁森 王进喜 时传祥 任长霞 黄文秀 张桂梅 林则徐 戚继光 文天祥 王二小
杨利伟 聂海胜 王亚平 邓稼先 屠呦呦 南仁东 黄大年 王继才 马宝玉 张富清 孙家栋 程开甲 毛岸英 陈延年
陈乔年 赵尚志 吉鸿昌 谢晋元 张自忠 佟麟阁 钱三强 华罗庚 竺可桢 李四光 詹天佑 郑成功 岳飞 闻一多
朱自清 冰心
"""
HEROES = frozenset(_IN_BOOKS.split())


def is_somebody(word: str) -> bool:
    """Whether `word` is most likely the full name of somebody who is in no book: 王丽华, not 包饺子 or 黄继光."""
    return len(word) > 2 and word not in HEROES and is_name(word) and all(char in _GIVEN for char in word[-2:])


def hide_doers(scan: str, secrets: Secrets) -> str:
    """Take out the names of children who did something, lists of names, and a name that stands alone."""
    if _CUE.search(scan):
        scan = _IN_A_ROLE.sub(lambda match: _hidden(match, secrets, in_a_role=True), scan)
        scan = _DOING.sub(lambda match: _hidden(match, secrets).replace(SECRET, NAMED), scan)
        scan = _LISTED.sub(lambda match: _hidden(match, secrets), scan)
    return _ALONE.sub(lambda match: _silent(match, secrets), scan)


def _is_short_name(word: str) -> bool:
    """张强, alone: of two characters only with the commonest surnames, since 金秋 and 白雪 are topics."""
    return len(word) == 2 and word[0] in _COMMON and word[1] in _GIVEN and is_name(word) and word not in HEROES


def _silent(match: re.Match[str], secrets: Secrets) -> str:
    if not (is_somebody(match["name"]) or _is_short_name(match["name"])):
        return match[0]
    secrets.add(None, match["name"])
    return SECRET * len(match[0])


def _hidden(match: re.Match[str], secrets: Secrets, in_a_role: bool = False) -> str:
    """In a list one sure name vouches for the others; after a role a name of two characters will do."""
    names = _BETWEEN.split(match["names"])
    sure = any(map(is_somebody, names))
    if in_a_role and len(names) == 1 and not sure:
        names, sure = [names[0][:2]], names[0][1] in _GIVEN and is_name(names[0][:2])
    if not sure or not all(is_name(name) and name not in HEROES for name in names):
        return match[0]
    for name in names:
        secrets.add("PII_NAME", name)
    return _blanked(match, names)


def _blanked(match: re.Match[str], names: list[str]) -> str:
    start = match.start("names") - match.start()
    whole = len(match["names"]) if len(names) > 1 else len(names[0])
    # 三位同学 behind the names counts those names.
    end = start + whole + (len(match["more"]) if whole == len(match["names"]) else 0)
    return match[0][:start] + SECRET * (end - start) + match[0][end:]
