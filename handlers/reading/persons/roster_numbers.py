"""Children told by their numbers on the roster: 7号请假, 缺2、5、12号, 学号7和9没来 are persons, no day, no heads."""

import re

from handlers.privacy import matters
from handlers.reading.checkins import activities
from handlers.reading.persons import names as known
from handlers.reading.persons.findings import Secrets
from handlers.reading.text.normalise import SECRET
from handlers.reading.text.patterns import pattern

ABSENCE = "请病假|请事假|请假|没来|没到|未到|缺席|缺勤|病假|事假|缺课|迟到|早退"
WHY = r"(?:今天|昨天|上午|下午)?(?:因为?|由于|有点|突然|又|都|的|身体|身患|患有?|患上)?"
# What may be told of whoever is meant; how many there are comes behind it: 7号请假3人 is a day.
_NO_COUNT = r"(?!了?\s?[:是有]?\s?(?:\d++(?!号)|[一两二三四五六七八九十][人名个位]))"
_AND = r"\s?(?:[、和与及跟]|还有|以及)\s?"
# 7号, 7号9号, 7号,9号; 7、9和12号; 学号7、9. But of 4月7号 it is a day.
_EACH = r"(?<![\d月第])\d{1,2}号(?:[,\s]{0,2}\d{1,2}号)*"
_LAST = rf"\d{{1,2}}(?:号?{_AND}\d{{1,2}}){{1,19}}号"
_LABELLED = rf"[学座]号\s?:?\s?\d{{1,2}}(?:号?(?:{_AND}|,)\d{{1,2}}){{0,19}}号?(?![\d人名位个])"
# Of 队课40、12号请假 and 实到40、12号请假 the 40 are heads.
_NAMES = rf"(?P<names>(?<![\d月第课会日旗扫人到有]){_LAST}|{_EACH}|{_LABELLED})"
_THEIRS = rf"(?P<names>{_LAST}|{_EACH}|{_LABELLED})"
_ABSENT = rf"(?:{ABSENCE}|[公丧]假|不在|缺(?![席勤课]))"
_TOLD = pattern(
    rf"{_NAMES}(?=(?:同学|队员|小朋友|学生|孩子|选手)(?!们|[大代][会表])"
    rf"|\s?(?:{_ABSENT}|有事|不舒服|病了|领[誓读唱操]|主持(?![召了])|发言|带头|当选|荣?获|被评|讲得|表现|做得){_NO_COUNT})"
)
# 表扬7号, 请假的是7、9号, 缺3人(2、5、12号), 请假3人:2,5,12
_BEHIND = pattern(
    rf"(?:表扬|批评|领[誓读唱]|主持|发言|旗手|(?:{_ABSENT}|[少差])(?:人员|名单|学生|队员|同学)?)(?:的|人)?[:是有]?\s?"
    r"(?:\d{1,2}[人名]\s?[:(,]?\s?|[:(])?"
    rf"(?:{_THEIRS}|(?<=[人名][:(])(?P<bare>\d{{1,2}}(?:(?:{_AND}|,)\d{{1,2}}){{0,19}}))(?![\d\u4e00-\u9fff])"
)
# 除7号和9号外都到了
_EXCEPT = pattern(
    rf"(?:除了?|除去)\s?{_THEIRS}(?:同学|队员)?(?:{ABSENCE})?(?:[以之]?外)?(?=[\s,;。!]|其[他余它]|别的|[都全均到]|$)"
)
# 队会42人,7号领誓 9号献花: beside what was held, what one of them did there; 9号献花42人 is a day.
_DEED = pattern(
    rf"{_NAMES}(?=\s?(?:给|为|代表|负责|上台|担任|做|当|\s)*(?:献花|敬礼|讲(?:故事|解|话)|演讲|朗[诵读]|诵读|记录|护旗|[执擎举升][旗牌]手?"
    rf"|指挥|伴奏|独唱|唱歌|分享|示范|表演|主讲|代表|旗手|讲解员|小组长|摄影|拍照)(?!比赛|大赛|活动|仪式|会){_NO_COUNT})"
)
# 7号嗓子发炎, 7号王小明脚扭了: that child's, and no day; of 7号爱牙日牙疼预防讲座 it is one.
_MATTER = pattern(
    rf"{_NAMES}\s?(?:{known.NAME})?(?:同学|队员)?{WHY}[\u4e00-\u9fff]{{0,3}}?"
    rf"(?P<matter>(?P<health>{matters.HEALTH}|{matters.OF_HEALTH})|{matters.FAMILY}|{matters.OF_FAMILY})"
)
_LABEL = pattern(r"[学座]号\s?:?")
_BETWEEN = pattern(rf"号?(?:{_AND}|[,\s]{{0,2}})(?=\d)")
_ONE = pattern(r"[^、\s]")
_CUE = pattern("号|[人名][:(]")


def hidden(scan: str, secrets: Secrets) -> str:
    """Take out who is told by a number; what parts them stays: how many there are is counted."""
    if not _CUE.search(scan):
        return scan
    themes = matters.Themes(scan)

    def matter(match: re.Match[str]) -> str:
        if themes.has(match, "matter"):
            return match[0]
        told = match[0][len(match["names"]) :]
        return _each(match["names"]) + secrets.add("PII_HEALTH" if match["health"] else "PII_FAMILY", told)

    scan = _MATTER.sub(matter, scan)
    for rule in (_TOLD, _BEHIND, _EXCEPT):
        scan = rule.sub(_numbers_only, scan)
    return _DEED.sub(lambda match: _numbers_only(match) if _is_beside(match) else match[0], scan)


def _is_beside(match: re.Match[str]) -> bool:
    return activities.names_activity(match.string[: match.start()])


def _numbers_only(match: re.Match[str]) -> str:
    numbers = match["names"] or match["bare"]
    start = match[0].rindex(numbers)
    return match[0][:start] + _each(numbers) + match[0][start + len(numbers) :]


def _each(numbers: str) -> str:
    numbers = _LABEL.sub(lambda label: " " * len(label[0]), numbers)
    numbers = _BETWEEN.sub(lambda between: "、".ljust(len(between[0]))[: len(between[0])], numbers)
    return _ONE.sub(SECRET, numbers)
