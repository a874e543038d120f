"""Personal data in a message: found, named by kind, and taken out before anything else looks at the text."""

import re
from collections.abc import Callable, Container

from handlers.privacy import matters
from handlers.privacy.called import ends_a_theme
from handlers.privacy.names import persons
from handlers.reading.checkins import activities
from handlers.reading.persons import names as known
from handlers.reading.persons import roster_numbers
from handlers.reading.persons.doers import hide_doers
from handlers.reading.persons.findings import Secrets as Secrets
from handlers.reading.text.normalise import COUNTED, GAP, SECRET
from handlers.reading.text.patterns import pattern

_PHONE = pattern(
    rf"{matters.MOBILE}|(?<!\d)0\d{{2,3}}-?\d{{7,8}}(?!\d)"
    r"|(?i:(?<![A-Z0-9])(?:qq|wx|vx)|微信|手机|电话|联系方式)号?码?[是为:\s]{0,3}(?P<number>[A-Za-z0-9_-]{6,20})"
)
_ID = pattern(r"(?<!\d)(?:G?\d{17}[\dXx]|\d{15})(?![\dXx])|(?:学号|学籍号|考号|准考证号)[:是]?\s?[A-Za-z]?\d{4,20}")
_LONG_NUMBER = pattern(r"\d{3}|微信|电话|手机|联系方式|[qQwWvV][qQxX]")
_HEALTH, _OF_HEALTH = pattern(matters.HEALTH), pattern(matters.OF_HEALTH)
_FAMILY, _OF_FAMILY = pattern(matters.FAMILY), pattern(matters.OF_FAMILY)
_OF_KIN = pattern(matters.OF_KIN)
_ADDRESS = pattern(r"(?:家住|住址|家庭住址|家庭地址|住在)[:是]?\s?[^\s,。;\n\ue000-\ue002]{2,40}")
# 翠竹路88号3单元, 幸福小区3栋501; 参观人民路88号纪念馆 is nobody's home
_STREET = pattern(
    r"(?:(?![队班级会日课住址])(?!(?<=[\d\s])[人名])[\u4e00-\u9fff]){1,6}?"
    r"(?:(?:路|街|巷|弄|大道|胡同)\s?[\d一二三四五六七八九十百]{1,5}(?:弄\d{1,4})?号"
    r"|(?:小区|花园|公寓|新村|家园|苑)\s?\d{1,3}(?:号楼|栋|幢|座|单元))"
    r"(?P<room>[\d一二三四五六七八九十A-Za-z-]{1,5}(?:号楼|单元|栋|幢|楼|层|室|号|座)?){0,4}(?![人名])"
)
_VISITED = pattern(r"参观|走进|寻访|前往|来到|走访")
_STREET_CUE = pattern(r"[路街巷弄道同]\s?[\d一二三四五六七八九十百]{1,5}(?:弄\d{1,4})?号|\d(?:号楼|[栋幢座单])")
_ABSENCE, _WHY = roster_numbers.ABSENCE, roster_numbers.WHY
# 王小明脚扭伤, 张子涵、李红发烧请假, 王小明的父母离异
_WHO_MISSES = (
    rf"(?P<names>{known.NAME}(?:[、和与及]{known.NAME}){{0,9}})(?:同学|小朋友|队员)?[ (]?{_WHY}"
    rf"(?:(?P<health>{matters.HEALTH})|(?P<family>(?:家庭|家里|爸妈)?(?:{matters.FAMILY}))"
    rf"|(?=(?:[\d两二三四五六][人名个位])?(?:{_ABSENCE})|有事|家里有事))"
)
_NAMED = pattern(_WHO_MISSES)
# 王小明发烧没来, 周子轩请病假, 李小红和王浩病了
_MISSED = pattern(rf"{_WHO_MISSES}了?\s?(?:{_ABSENCE})?")
# 请假2人:王小明、李小红  缺王小明
_LISTED = pattern(
    rf"(?:{_ABSENCE}|缺(?![席勤课]))(?:人员|学生|队员|名单|同学|的?[有是])?\s?(?:[\d一两二三四五六]{{1,2}}[人名]?)?\s?(?:[:(]|,(?={known.NAME}、))?\s?"
    rf"(?P<names>{known.NAME}(?:[、,和与及\s/]{{1,2}}{known.NAME}){{0,9}})(?=[\s,。;()、]|同学|因|{matters.HEALTH}|$)"
)
# 保卫黄河 请假2人: how many follows, so what stands before need not be who.
_COUNTED = pattern(rf"(?:{_ABSENCE})?了?\s?:?\s?(?:\d|[一两二三四五六七八九十][人名个位])")
_RUN_BEFORE = pattern("[\u4e00-\u9fff]{4,}$")
_LONGEST_THEME = 12
# 除了王小明都到了, 全到,除了王小明; 少了王小明, 就差王小明, 王小明除外
_SOME = rf"{known.NAME}(?:[、,和与及]{known.NAME}){{0,9}}"
_EXCEPTED = pattern(
    rf"(?:除了?|少了|[就只还]差了?)\s?(?P<names>{_SOME})(?:同学)?(?:{_ABSENCE})?(?:[以之]?外)?(?=[\s,，。;!]|其[他余它]|别的|[都全均]|$)"
)
_OUTSIDE = pattern(rf"(?P<names>{_SOME})(?:同学)?(?=除外)")
# 除了小华都到了, 除子涵外全到: as they are called in class; 除了值日生都到了 tells nobody's name.
_CALLED = "(?![\u4e00-\u9fff]?[都全的外])[\u4e00-\u9fff]{2,3}?"
_BUT = pattern(
    rf"除了?\s?(?P<names>{_CALLED}(?:[、和与]{_CALLED})*)(?:同学)?(?:[以之]?外)?"
    r"(?=[\s,，。;!]|全班|大家|其[他余它]|别的|[都全均到来]|$)"
)
_REST = pattern(r"(?:[都全]|齐)[^,。;]{0,3}[到来齐勤]|到齐")
# 缺安全, 请假:劳动、安全, 安全没来: a child is called so, and no activity is; 安全教育缺2人 tells of one.
_SHORT = "[\u4e00-\u9fff]{2,3}"
_AWAY_CUE = pattern(r"假|除|没[来到]|未到|[缺少]|席|迟到|早退")
_AWAY = pattern(
    rf"(?<!无)(?<!无人)(?<!没人)(?<!没有)(?<!减)(?:{_ABSENCE}|缺(?![席勤课])|少(?!先队|年|儿))(?:(?:\d{{1,2}}|[一两二三四五六])[人名]\s?[:(])?"
    rf"(?:的?[是有]|了)?\s?[:(]?\s?(?P<after>{_SHORT}(?:[、,和]{_SHORT})*)(?![\u4e00-\u9fff]|\s?\d)"
    rf"|(?<![\u4e00-\u9fff])(?P<before>{_SHORT}(?:[、和]{_SHORT})*?)(?:同学)?(?:{_ABSENCE})(?!\s?:?\s?(?:\d(?!\d)|[一二两三四五六七八九十]))"
)
# 队课 缺 红领巾爱学习 40人, 请假 队课 祭扫: whatever was meant, it is no other activity and no topic.
_NO_OTHER = pattern(
    rf"(?<![^\s,;。:({GAP}])(?:{_ABSENCE}|[缺少差])\s?:?\s?(?P<after>(?=[\u4e00-\u9fff]{{2}})[\u4e00-\u9fff]+(?:\s[\u4e00-\u9fff]+)*)"
    r"(?!\s?[:有是]?\s?[1-9一两二三四五六七八九](?!\d))"
)
# 2人 请假 祭扫, 王小明 没来 祭扫: of whom it is said stands before.
_OF_SOME = pattern(
    rf"(?:(?<!\d)[\d一两二三四五六七八九][人名个位]?|[无没有]|(?<![\u4e00-\u9fff])[\u4e00-\u9fff{SECRET}·]{{2,6}})\s$"
)
# 旗手:王小明, 王小明同学
_ROLE = pattern(
    rf"(?:旗手|领誓人|中队长|小队长|大队长|班长|领唱|朗诵者?|小讲解员)[:是为由]\s?(?P<names>{known.NAME}(?:[、和]{known.NAME}){{0,9}})(?![\u4e00-\u9fff])"
)
_PUPIL = pattern(rf"(?:(?<![\u4e00-\u9fff])|(?<=[由请让]))(?P<names>(?:{known.LONG_NAME}|{known.NAME}))(?:同学|小朋友)")
# 表现好的有周杰轮、林俊洁
_PRAISED = pattern(
    rf"(?:表现[\u4e00-\u9fff]{{0,4}}?|获奖|优秀|突出|积极|表扬)(?:的|同学|队员|学生|小朋友|少先队员|名单|有|是|为|包括|[:\s]){{0,4}}?"
    rf"(?P<names>{known.NAME}(?:[、,和与及\s]{known.NAME}){{0,19}})(?=[\s,。;()、!]|同学|队员|小朋友|等|$)"
)
# 王小明、李小红表现突出
_PRAISE_AFTER = pattern(
    rf"(?P<names>{known.NAME}(?:[、和与及]{known.NAME}){{0,19}})(?:等?(?:\d{{1,2}}[人名位])?(?:同学|队员|小朋友)?)\s?"
    r"(?:表现|获奖|获得|荣获|(?:最|特别|非常|很|十分)?(?:突出|优秀|积极)|(?:受到|被|得到)表扬)"
)
# 王老师, 带队老师:张丽华: not a child's, no warning, but no topic either
_TEACHER = pattern(
    rf"(?:带队老师|带队教师|辅导员|老师|上报人|填报人|报送人|汇报人|签到人|负责人|主讲人?|主持人?|记录人?|摄影|拍摄|执教)[:]\s?{known.NAME}(?![\u4e00-\u9fff])"
    rf"|(?<![\u4e00-\u9fff]){known.NAME}(?:老师|辅导员|主任|校长)|(?<![\u4e00-\u9fff])(?![名位个])[\u4e00-\u9fff]老师(?=[\s,:)]|$)"
)
# (张一鸣水痘、刘思琪回老家): the second of a list whose first was one
_NEXT_OF_LIST = pattern(rf"(?<={SECRET}[、和与及])(?P<names>{known.NAME})")
# 和平 is a name.
_LETTER_OF_NAME = pattern(r"[^、,和与及\s/]|(?<![^、,\s/])[和与及]")
_PRAISE_CUE = pattern(r"表现|获|突出|优秀|积极|表扬")
_CUE = pattern(
    r"假|除|少了|[就只还]差|没来|未到|没到|缺|迟到|早退|有事|同学|小朋友|旗手|领誓|队长|班长|领唱|朗诵者|讲解员"
)
_ADULT_CUE = pattern(r"老师|辅导员|主任|校长|报人|报送人|负责人|主讲|主持|记录|摄影|拍摄|执教")


def hide_numbers(scan: str, secrets: Secrets) -> str:
    """Take out telephone and identity numbers, and addresses."""
    if _LONG_NUMBER.search(scan):
        scan = _ID.sub(lambda match: secrets.add("PII_ID", match[0]), scan)
        scan = _PHONE.sub(lambda match: _phone(match, secrets), scan)
    if "住" in scan or "地址" in scan:
        scan = _ADDRESS.sub(lambda match: secrets.add("PII_FAMILY", match[0]), scan)
    if _STREET_CUE.search(scan):
        scan = _STREET.sub(lambda match: _street(match, secrets), scan)
    return scan


def _street(match: re.Match[str], secrets: Secrets) -> str:
    before = match.string[max(0, match.start() - 4) : match.start()]
    visited = _VISITED.search(before + match[0]) and not match["room"]
    return match[0] if visited else secrets.add("PII_FAMILY", match[0])


def _phone(match: re.Match[str], secrets: Secrets) -> str:
    secrets.add("PII_PHONE", match["number"] or match[0])
    return SECRET * len(match[0])


def without_absent(text: str) -> str:
    """请假：劳动, 缺 团结: the text without who is told to be missing, called as they may be."""
    return _AWAY.sub(" ", text) if _AWAY_CUE.search(text) else text


def counts_absent(text: str) -> bool:
    """Whether somebody may be told to be missing, or ill, of so many, or of all: 其余都到了, 除了王小明都来了."""
    counted = any(map(str.isdecimal, text)) or _REST.search(text)
    return bool(counted and (_AWAY_CUE.search(text) or _HEALTH.search(text)))


def absent_counted(text: str, kept: Container[str]) -> str:
    """张明、李娜请假, 王浩发烧 -> 请假2人: how many are told to be missing; what is `kept` stays, as 六一没来."""

    def count(match: re.Match[str], said: str) -> str:
        names = re.split("[、,和与及]", said)
        whole = any(name in kept or name.endswith("等") for name in names)
        # Who was late was there.
        late = next((word for word in ("迟到", "早退") if word in match[0]), "请假")
        return match[0] if whole else f" {late}{len(names)}人 "

    for rule in (_EXCEPTED, _OUTSIDE):
        text = rule.sub(lambda match: count(match, match["names"]), text)
    text = _BUT.sub(lambda match: count(match, match["names"]) if _are_persons(match["names"]) else match[0], text)
    text = _MISSED.sub(lambda match: match[0] if match["family"] else count(match, match["names"]), text)
    return _AWAY.sub(lambda match: count(match, match["after"] or match["before"]), text)


def _are_persons(names: str) -> bool:
    called = re.split("[、和与]", names)
    return all((len(each) == 2 and known.is_nickname(each)) or each in persons(each) for each in called)


def hide_persons(scan: str, secrets: Secrets) -> str:
    """Take out the names of absent or praised children, illnesses and family matters of a check-in."""
    scan = roster_numbers.hidden(scan, secrets)
    if _AWAY_CUE.search(scan):
        scan = _AWAY.sub(lambda match: _themes_hidden(match, secrets), _NO_OTHER.sub(_unclear_hidden(secrets), scan))
    ill, family = _HEALTH.search(scan), _FAMILY.search(scan)
    if ill or family or _CUE.search(scan):
        scan = _NAMED.sub(lambda match: _named(match, secrets), scan)
        for rule in (_LISTED, _EXCEPTED, _OUTSIDE, _ROLE, _PUPIL):
            scan = rule.sub(lambda match: _names_only(match, secrets), scan)
        scan = _BUT.sub(lambda match: _names_only(match, secrets) if _are_persons(match["names"]) else match[0], scan)
        scan = _NEXT_OF_LIST.sub(lambda match: _names_only(match, secrets), scan)
    if _PRAISE_CUE.search(scan):
        for rule in (_PRAISED, _PRAISE_AFTER):
            scan = rule.sub(lambda match: _praised(match, secrets), scan)
    scan = hide_doers(scan, secrets)
    if _ADULT_CUE.search(scan):
        scan = _TEACHER.sub(lambda match: GAP * len(match[0]), scan)
    return hide_matters(scan, secrets) if ill or family else scan


def hide_matters(scan: str, secrets: Secrets) -> str:
    """Take out illnesses and family matters that are somebody's own, not the theme of an activity."""
    scan = _OF_KIN.sub(lambda match: secrets.add("PII_FAMILY", match[0]), scan)
    for rule in (_FAMILY, _OF_FAMILY):
        scan = rule.sub(_unless_theme("PII_FAMILY", matters.Themes(scan), secrets), scan)
    for rule in (_HEALTH, _OF_HEALTH):
        scan = rule.sub(_unless_theme("PII_HEALTH", matters.Themes(scan), secrets), scan)
    return scan


def _unless_theme(issue: str, themes: matters.Themes, secrets: Secrets) -> Callable[[re.Match[str]], str]:
    def put(match: re.Match[str]) -> str:
        return match[0] if themes.has(match) else secrets.add(issue, match[0])

    return put


def _named(match: re.Match[str], secrets: Secrets) -> str:
    """王小明脚扭伤: the name and the illness; the matter says what kind of data it is."""
    names = re.split("[、和与及]", match["names"])
    if not all(map(known.is_name, names)) or activities.activity_over(match.string, match.start("names")):
        return match[0]
    matter = match["health"] or match["family"]
    run = _RUN_BEFORE.search(match.string, max(0, match.start() - _LONGEST_THEME), match.end("names"))
    if not matter and _COUNTED.match(match.string, match.end()) and run and ends_a_theme(run[0], names[-1]):
        return match[0]
    issue = "PII_HEALTH" if match["health"] else "PII_FAMILY" if match["family"] else "PII_NAME"
    for name in names:
        secrets.add(issue, name)
    if matter:
        secrets.add(issue, matter)
    return _each_hidden(match["names"]).ljust(len(match[0]), SECRET)


def _each_hidden(names: str) -> str:
    """What parts them stays: how many there are is counted."""
    return _LETTER_OF_NAME.sub(SECRET, names)


def _unclear_hidden(secrets: Secrets) -> Callable[[re.Match[str]], str]:
    def put(match: re.Match[str]) -> str:
        after, told = match["after"], match.string[max(0, match.start() - 8) : match.start()]
        other = activities.activity_at(after, 0) and not activities.is_theme(after.split()[0])
        of_some = _OF_SOME.search(told)
        if not other or (of_some and not activities.names_activity(of_some[0])):
            return match[0]
        secrets.add("WORDS_UNCLEAR", "")
        return match[0].replace(after, COUNTED * len(after))

    return put


def _themes_hidden(match: re.Match[str], secrets: Secrets) -> str:
    words = match["after"] or match["before"]
    # The word itself stays free for what was done: 安全 is missing, 安全教育 was held.
    hidden = "".join(secrets.add("PII_NAME", "") + SECRET * len(each) if activities.is_theme(each) else each
                     for each in re.split("([、,和])", words))  # fmt: skip
    return match[0].replace(words, hidden)


def _praised(match: re.Match[str], secrets: Secrets) -> str:
    """Names beside 表现 or 获奖; two characters alone may be any word: 武术获奖."""
    names = [name for name in re.split(r"[、,和与及\s]+", match["names"]) if name]
    sure = any(len(name) > 2 for name in names) or ("表现" in match[0] and len(names) > 1)
    if not (sure and all(map(known.is_name, names))):
        return match[0]
    return _names_only(match, secrets)


def _names_only(match: re.Match[str], secrets: Secrets) -> str:
    names = [name for name in re.split(r"[、,和与及\s/]+", match["names"]) if name]
    if any(name in known.NOT_NAMES for name in names):
        return match[0]
    for name in names:
        secrets.add("PII_NAME", name)
    start = match.start("names") - match.start()
    return match[0][:start] + _each_hidden(match["names"]) + match[0][start + len(match["names"]) :]
