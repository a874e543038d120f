"""Health, family, absence, addresses and numbers: what a text tells of somebody beside the name."""

import re
import tomllib
from functools import cached_property
from pathlib import Path

from handlers.privacy.called import MAY_DO, WHO, named_in
from handlers.privacy.names import HAN, is_surely_one, of_the_field, words_of

_WORDS = tomllib.loads((Path(__file__).parent / "words" / "matters.toml").read_text(encoding="utf-8"))


def _any(key: str) -> str:
    """Any of these words; most characters of a text begin none, and are passed by at once."""
    words = sorted(_WORDS[key].split(), key=len, reverse=True)
    return f"(?=[{''.join(dict.fromkeys(word[0] for word in words))}])(?:{'|'.join(words)})"


HEALTH, FAMILY = _any("health"), _any("family")
KIN, _FATE, _LIVES = _WORDS["kin"], _WORDS["fate"], _WORDS["lives"]
_HEALTH = re.compile(HEALTH)
_FAMILY = re.compile(FAMILY)
# 家里条件不太好, 家庭经济困难, 家境一般; 家里一般由奶奶做饭 tells nothing of the kind.
_HOW = "(?:有些?|有点|很|比较|较|特别|非常|十分|一直|也|并)*"
_POOR = "困难|拮据|清贫|贫[困寒穷]|窘迫|不(?:太|大|怎么)?(?:宽裕|富裕)"
_MEANS = (
    rf"家(?:[里中庭]的?(?:经济|生活|收入)?(?:条件|[情状境]况|环境|经济|收入)|境){_HOW}"
    rf"(?:不(?:太|大|怎么|够)?好|差|紧张|一般|特殊|优越|宽裕|富裕|{_POOR})|家[里中庭]的?{_HOW}(?:{_POOR})"
)
# 跟奶奶过, 跟着姥姥, 住姑姑家, 没爹没娘, 爸爸在坐牢, 家里有三个孩子没钱, 捡来的, 信主
OF_FAMILY = (
    rf"[跟和随由](?:着|同)?(?:{KIN}){{1,2}}(?:一起|共同)?(?:{_LIVES})|[跟随由归](?:着|了)?(?:{KIN}){{1,2}}$"
    rf"|(?:{KIN})[^,，。;；\s]{{0,4}}(?:{_FATE})|[没无](?:有)?(?:爹|娘|爸|妈|双亲|户口|父无母)|[住在](?:在|到)?(?:{KIN}|亲戚)家"
    r"|[领捡抱]回?来的(?=孩子|娃|[\s,，。;；]|$)|信(?:教(?!育)|佛|主|耶稣|基督|伊斯兰|天主|上帝|真主)|[回藏维哈]族家庭|(?<![民村业地])[年月]收入"
    rf"|{_MEANS}"
)
_OF_FAMILY = re.compile(OF_FAMILY)
# Nearly every sign with the radical 疒 tells an illness; those that tell something else as well are left out.
_SICK = "".join(
    chr(sign) for sign in range(0x7592, 0x7670) if chr(sign) not in "病疫疗疼痛疲瘦痕痴瘾疾痒癖疵瘠瘪疙瘩痞"
)
OF_HEALTH = (
    rf"[{_SICK}]+|{_WORDS['illness']}|(?:{_WORDS['body']})[^,，。;；\s]{{0,3}}(?:{_WORDS['trouble']})|{_WORDS['cure']}"
)
_OF_HEALTH = re.compile(OF_HEALTH)
_BECAUSE = re.compile(_WORDS["because"])
# Of a child's family nothing is told but what they do: 孩子爷爷讲长征, not 孩子爷爷是老红军.
_THEIRS = rf"的(?!{KIN}|{_WORDS['own']})[^,，。;；\s没不被了太很是有得在差低欠费穷病]{{1,4}}$"
_MAY_BE_TOLD = rf"(?!{_WORDS['may_be_told']}|{_THEIRS}|{MAY_DO})"
# To the end of the clause: nothing of it is anybody's business.
_BEGINS = r"(?<![^,，。;；:：\s])"
OF_KIN = (
    rf"(?:{_WORDS['child']}(?>(?:{KIN}){{1,2}}){_MAY_BE_TOLD}"
    rf"|(?:(?:{_BEGINS}|(?<![我家]的)(?<=的))(?>(?:{KIN}){{1,2}})|(?<![在大人])家[里中])(?:也|都|又|还|原来|以前|现在)?(?:{_WORDS['kin_is']})"
    rf"|家长(?:{_WORDS['parents_are']})"
    rf"|(?:{KIN})[^,，。;；\s]{{1,8}}{_WORDS['whose']}|{_BEGINS}(?:孩子|娃)的?(?:{_WORDS['own']}))[^,，。;；\s]*"
)
_OF_KIN = re.compile(OF_KIN)
# Most topics speak of nobody.
_ANYBODY = re.compile(f"[孩娃家{''.join(sorted({word[0] for word in KIN.split('|')}))}]")
_ONE = rf"(?:(?>{_WORDS['one']}|{_WORDS['number']})|{_BEGINS}(?>{_WORDS['one_of_whom']}|{_WORDS['habit']}))"
_OF_ONE = re.compile(rf"{_ONE}{_MAY_BE_TOLD}|{_WORDS['it_was']}")
_ENDS_WITH_ONE = re.compile(rf"{_ONE}$")
_TOLD_OF_NAMED = re.compile(rf"(?>(?:{WHO})?){_MAY_BE_TOLD}")
_REASON_BEGINS = re.compile(_WORDS["reason_begins"])
_RUN = re.compile(f"[{HAN}]+")
_AND = ("和", "与", "跟", "、")
_SAID_NEXT = re.compile(_WORDS["said_next"])
_REASON = re.compile(_WORDS["reason"])
_BARE = re.compile(rf"\s*(?:{_WORDS['absent']})(?:的|名单|同学)*\s*")
_ABSENT = re.compile(rf"{_WORDS['absent']}|(?:{_WORDS['absent_at_end']})(?=[,，。;；\s的]|$)")
_LACKING = re.compile(_WORDS["lacking"])
# 有两个孩子, 几位家长, 有人: how many, and nobody by name.
# A whole clause of days: the school has none, and nobody is absent.
_CLOSED = re.compile(
    r"(?:[今明后]天|[本这下]?周[一二三四五六日天]|星期[一二三四五六日天]|\d{1,2}[月日号]|[上下]午|[全各]天?[校区县市班]?|学校|从|[起到至])+"
    r"停课(?:[一二两三半\d]{1,2}天)?(?:通知)?"
)
_SOME = re.compile(
    r"\W*(?:还|另外?|又|只|就)?有?[几数一两二三四五六七八九十\d]{0,3}多?[个位名]?(?:小朋友|孩子|同学|队员|学生|家长|老师|人|娃)?\W*"
)
_THEME_BEFORE = re.compile(rf"(?:{_WORDS['theme_before']})[^,，。;；\n被跟因又患]{{0,6}}$")
_THEME_AFTER = re.compile(rf"[^,，。;；\n]{{0,4}}(?:{_WORDS['theme_after']})")
# 电脑中毒, 系统瘫痪: nobody's illness; of 孩子玩手机中毒 it may be.
_THING_BEFORE = re.compile(rf"(?<![玩用看])(?:{_WORDS['thing']})[都又也全被]?(?:[受遭]?[到了]?攻击)?$")
_KIN_BEFORE = re.compile(rf"(?:{KIN})[^,，。;；\s]{{0,2}}$")
_TITLE_BEFORE = re.compile(rf"(?:{_WORDS['title_before']})$")
_TITLE_AFTER = re.compile(rf"[^,，。;；\n]{{0,2}}(?:{_WORDS['title_after']})")
_CLAUSE = re.compile(r"[^,，。;；:：\s]{0,12}")
_SOMEBODY = re.compile(_WORDS["somebody"])
_NUMERAL = "零〇○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
# １３８… is read as 138….
_PLAIN = str.maketrans("０１２３４５６７８９", "0123456789")
_ANY_DIGIT, _APART = rf"[\d{_NUMERAL}]", r"[\s.·_,，、—–-]"
# 138.1234.5678, 1三八1234五六七八, 138 123 45678, 1 3 8 1 …
MOBILE = (
    rf"(?<![\dA-Za-z])(?:\+?86{_APART}?)?[1一幺壹][3-9三四五六七八九叁肆伍陆柒捌玖]{_ANY_DIGIT}(?:{_APART}{{0,2}}{_ANY_DIGIT}{{4}}){{2}}(?!\d)"
    rf"|(?<!\d)1[3-9]\d{_APART}\d{{3}}{_APART}\d{{5}}(?!\d)|(?<!\d)1{_APART}[3-9](?:{_APART}\d){{9}}(?!\d)"
)
_PHONE = re.compile(
    rf"{MOBILE}|(?<!\d)\(?0\d{{2,3}}[)\s-]{{0,2}}\d{{7,8}}(?!\d)"
    # As it is spoken: 一三八零零一三八零零零, 幺三九，零零幺二，三四五六
    rf"|[{_NUMERAL}](?:[\s、,，-]?[{_NUMERAL}]){{6,}}"
    r"|(?i:(?<![A-Z0-9])(?:qq|wx|vx|v信)|[微薇威]信|手机|电话|联系方式)(?:号码?|码|群号?)?[是为:：\s]{0,3}[A-Za-z0-9_-]{6,20}"
    # 电话后四位8899, 身份证尾号123X: with the rest that others know it is whole.
    r"|(?:手机|电话|身份证|证件|卡)号?码?的?[后尾末](?:[三四六\d]位|号)[是为:：\s]{0,3}[\dXx]{3,8}"
)
# Of persons, passes (E12345678, but no case N20260403-01), accounts, in one or in groups, cars (浙A12345).
_ID = re.compile(
    r"(?<!\d)\d(?:[ .-]\d){14,17}(?:[ .-]?[Xx])?(?!\d)"
    r"|(?<!\d)G?\d{15,19}[Xx]?(?![\dXx])|(?<!\d)\d{6}[ -]\d{8}[ -]\d{3}[\dXx](?!\d)"
    r"|(?<!\d)(?:\d{4}[ -]){3}\d{3,4}(?:[ -]\d{1,4})?(?!\d)"
    r"|(?<![A-Za-z\d])[EGHM]\d{8}(?![\d-])|(?:生日|出生(?:日期|年月|于)?|生于)[是为:：\s]{0,3}20[012]\d\s?(?:[年./-]|\d\d)|(?:学号|学籍号|考号|准考证号|户口[簿本]号?)[:：是]?\s?[A-Za-z]?\d{4,20}"
    r"|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-Z][\s·]?(?=[A-Z]{0,2}\d)[A-HJ-NP-Z\d]{5,6}(?![A-Za-z\d])"
)
# Few texts hold any, and most characters begin none.
_NUMBER_CUE = re.compile(
    rf"[\d{_NUMERAL}](?:[\s、-]?[\d{_NUMERAL}]){{2}}"
    r"|[qQwWvV][qQxX]|[微薇威]信|[vV]信|手机|电话|联系方式|号|[A-Z]\d\d|[后尾末].?[位号]|生"
)
_COUNT = r"[\d零〇一二三四五六七八九十百]"
_ADDRESS = re.compile(
    rf"{_BEGINS}住(?:在|到)?(?![校院宿读建房所进满得])[^\s,，。;；\n]{{3,40}}"
    r"|家就?[住在][^\s,，。;；\n]{2,12}(?:[边旁]|对面|隔壁|[后前]头|后面|楼上|附近|门口)"
    r"|(?:家住|住址|家庭住址|家庭地址|住在(?![^,，。;；\s]{1,6}的))[:：是]?\s?[^\s,，。;；\n]{2,40}"
    rf"|[\u4e00-\u9fff]{{1,6}}(?:路|街|巷|弄|大道|胡同)\s?{_COUNT}{{1,5}}(?:弄{_COUNT}{{1,4}})?(?:[-之]{_COUNT}{{1,4}})?号"
    rf"|住(?:在|到)?\s?{_COUNT}{{1,4}}(?:栋|幢|座|号楼|单元)|门牌号?[是为:：\s]{{0,2}}\d"
    # 我家在东风路五十六弄: there a number says enough without its sign.
    rf"|(?<![国大专画科作行各农])家(?:就|搬)?[在到][\u4e00-\u9fff]{{1,8}}{_COUNT}{{1,5}}(?:[号弄栋幢座组]|单元)"
    rf"|[\u4e00-\u9fff]{{1,6}}(?:小区|花园|公寓|新村|新苑|家园|庭院|苑)(?:{_COUNT}区)?\s?[A-Z]?{_COUNT}{{1,3}}(?:号楼|栋|幢|座|单元)"
)
_NUMBERS = ((_ID, "PII_ID"), (_PHONE, "PII_PHONE"), (_ADDRESS, "PII_FAMILY"))
_PARTS = re.compile(r"[\s:：、,，()._·–—-]+")
_ABOUT = ((_HEALTH, "PII_HEALTH"), (_OF_HEALTH, "PII_HEALTH"), (_FAMILY, "PII_FAMILY"), (_OF_FAMILY, "PII_FAMILY"))


def numbers_hidden(text: str, sign: str) -> str:
    """The text with telephone and identity numbers, spoken ones too, as so many signs."""
    for rule in (_ID, _PHONE) if _NUMBER_CUE.search(text) else ():
        text = rule.sub(lambda match: sign * len(match[0]), text.translate(_PLAIN))
    return text


def numbers_joined(text: str) -> str:
    """138 1234 5678, QQ：123456, 家住 阳光小区: the text without the signs that part what tells of one thing."""
    for rule, _ in _NUMBERS:
        text = rule.sub(lambda match: _PARTS.sub("", match[0]), text.translate(_PLAIN))
    return text


def is_absence(clause: str) -> bool:
    """Whether it says who is not there; whatever stands beside it is somebody."""
    if _ABSENT.search(clause) is None:
        return False
    return any(_LACKING.match(clause, found.start()) is None for found in _ABSENT.finditer(clause))


def names_no_absent(clause: str) -> bool:
    """Whether an absence says only of how many: 有两个孩子来不了."""
    return _SOME.fullmatch(_ABSENT.sub("", clause)) is not None


def is_closed_day(clause: str) -> bool:
    """Whether it says of a day that there are no lessons, and of nobody: 明天停课, 周五全校停课一天."""
    return _CLOSED.fullmatch(clause) is not None


def is_bare_absence(clause: str) -> bool:
    """Whether it says nothing else: 请假, 没来的."""
    return _BARE.fullmatch(clause) is not None


def kind_of(clause: str) -> str:
    """What private matter a clause tells (`PII_HEALTH`, `PII_FAMILY`, `PII_PHONE`, `PII_ID`); empty: none."""
    clause = clause.translate(_PLAIN)
    for rule, kind in _NUMBERS:
        if rule.search(clause):
            return kind
    themes = Themes(clause)
    for rule, kind in _ABOUT:
        if rule.search(clause) and any(not themes.has(match) for match in rule.finditer(clause)):
            return kind
    of_kin = _ANYBODY.search(clause) is not None and any(
        _OF_KIN.search(said) for said in (clause, *(clause.replace(name, "孩子") for name in named_in(clause)))
    )
    if of_kin:
        return "PII_FAMILY"
    # 因…没来: the reason is private whatever it is.
    return "PII_HEALTH" if is_absence(clause) and _BECAUSE.search(clause) else ""


def is_of_one(clause: str) -> bool:
    """Whether it says of one child more than a deed, as no theme does: 他成绩倒数, 有个孩子坐不住."""
    return _OF_ONE.search(clause) is not None


def goes_on_of_one(clause: str, following: str) -> bool:
    """Whether the next clause says what there is to say of one child: 有个孩子，总是发呆; not 一名队员，清明祭英烈."""
    return _ENDS_WITH_ONE.search(clause) is not None and _SAID_NEXT.match(following) is not None


def is_of_named(clause: str) -> bool:
    """The same of a child whose name it begins with: 王小明总打人, not 王小明同学讲红色故事."""
    names = [name for name in named_in(clause) if is_surely_one(name)]
    end = 0
    while name := next((name for name in names if clause.startswith(name, end)), ""):
        end += len(name)
        end += clause[end : end + 1] in _AND
    return end > 0 and _TOLD_OF_NAMED.match(clause, end) is not None


def is_reason(clause: str) -> bool:
    """Whether it tells why somebody is away: 因为肺部感染, 说是去派出所了."""
    begins = _REASON.match(clause) or _REASON_BEGINS.match(clause)
    return begins is not None and not (begins.re is _REASON_BEGINS and _of_field(clause))


def _of_field(clause: str) -> bool:
    return any(clause[start:end] in of_the_field() for run in _RUN.findall(clause) for start, end in words_of(run))


class Themes:
    """Which of a text's matters are what an activity is about, and nobody's own: 预防近视, 打针不哭绘本."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _persons(self) -> tuple[str, ...]:
        return named_in(self._text)

    @cached_property
    def _of_somebody(self) -> bool:
        return bool(self._persons or _SOMEBODY.search(self._text))

    def has(self, match: re.Match[str], group: str | int = 0) -> bool:
        """Whether the matter that was found in the text is one."""
        text, (start, end) = self._text, match.span(group)
        # 看望王小明弱视, 给脑瘫同学王小明送温暖: of whom it is said stands before it, or behind in the clause.
        behind = _CLAUSE.match(text, end) if self._persons else None
        after = behind[0] if behind else ""
        if any(text.endswith(name, 0, start) or name in after for name in self._persons):
            return False
        # 帮扶对象家里父亲残疾: of whose family it is said is somebody, whoever is helped.
        if _KIN_BEFORE.search(text, max(0, start - 6), start):
            return False
        if _THING_BEFORE.search(text, max(0, start - 6), start):
            return True
        if _THEME_BEFORE.search(text, max(0, start - 12), start) or _THEME_AFTER.match(text, end):
            return True
        titled = _TITLE_BEFORE.search(text, max(0, start - 12), start) or _TITLE_AFTER.match(text, end)
        return titled is not None and not self._of_somebody
