"""What was not held beside what was: 祭扫40人,队课没上 is of 祭扫 alone, 队课没开改祭扫了,40人 too."""

from handlers.reading.checkins.activities import ANY, names_activity
from handlers.reading.text.patterns import pattern

_DO = "去|开|上|搞|办|做|举行|召开|开展|组织|进行|参加"
_CUE = pattern(r"没|未|取消|推迟|延[期后]|顺延|改[期天到在至]|停|作罢|下[周次]|不成")
# What stands right behind an activity that was not held.
_AFTER = pattern(
    rf"(?:活动|仪式)?\s?(?:因为?[^,。;!\n\d]{{1,10}})?(?:今天|这次|本来|还|就|都|也|又|暂时|的话)*"
    rf"(?:(?:没有?|未能?)(?:能|来得及|顾[得不]?上|排上|轮上|时间|空|法|按时|如期)?(?:再)?(?:{_DO})?成?了?"
    rf"|(?:{_DO})不成了?|取消了?|(?:推迟|延[期后]|顺延|改[期天到在至])了?[^,。;!\n\d人]{{0,10}}|停了?|作罢|下[周次][^,。;!\n\d人]{{0,8}}[补开上搞])"
    r"(?=[\s,。;!]|$|[改换](?:成|为)?了?)"
)
_JOINED = pattern(r"(?:(?![没未改换取推延])[\u4e00-\u9fff]){0,4}")
# 未入队4名 beside 新队员39名.
_BEFORE = pattern(rf"(?:(?:没有?|未能?)(?:能|来得及)?(?:{_DO})成?|[还尚暂]?未)$")
_CHANGED = pattern(r"[\s,]*(?:所以|就|于是)*(?:[改换](?:成|为|去|上|开|搞)?|去|上|开)了?")


def hidden(scan: str) -> str:
    """`scan` without the activities that were not held, where another is left and heads (same length)."""
    if not _CUE.search(scan):
        return scan
    spans = [span for start, end in _runs(scan) if (span := _denied(scan, start, end))]
    left = scan
    for start, end in spans:
        left = left[:start] + ";" * (end - start) + left[end:]
    return left if spans and names_activity(left) and any(map(str.isdecimal, left)) else scan


def _runs(scan: str) -> list[tuple[int, int]]:
    """学雷锋志愿服务 is one: words of activities with nothing between them but a word or two."""
    runs: list[tuple[int, int]] = []
    for match in ANY.finditer(scan):
        if runs and _JOINED.fullmatch(scan, runs[-1][1], match.start()):
            runs[-1] = runs[-1][0], match.end()
        else:
            runs.append(match.span())
    return runs


def _denied(scan: str, start: int, end: int) -> tuple[int, int] | None:
    if after := _AFTER.match(scan, end):
        instead = _CHANGED.match(scan, after.end())
        # 改祭扫了: what they did instead begins behind it.
        turned = instead and ANY.match(scan, instead.end())
        return start, instead.end() if instead and turned else after.end()
    before = _BEFORE.search(scan, max(0, start - 8), start)
    return (before.start(), end) if before else None
