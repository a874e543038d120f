"""The heads of a text: due, attended, absent and others, in any order, with or without labels.

A count is taken only when one reading explains every number of heads; else the numbers are offered.
"""

from collections.abc import Sequence

from handlers.reading.model import Number
from handlers.reading.quantities import absent, binding, owners, words
from handlers.reading.quantities.counts import Counts
from handlers.reading.quantities.tokens import Token, tokens_of
from handlers.reading.text.normalise import COUNTED, GAP, SECRET
from handlers.reading.text.patterns import pattern

_ALL = pattern(r"(?:已?全部|[都均全])(?![没未缺请应在有])")
# 除了小明都来了, 其他42人都到了: not the whole class.
_EXCEPT = pattern(r"除(?![尘草夕害])|其[他余它]|剩下|别的")
_WATCHING = ("观看", "收看", "聆听")
_NOUNS = words.OWNERS | {"heads", "boys", "girls", "hedge", "total", "each", "alike", "oops", "part"}


def read_counts(scan: str) -> tuple[Counts, str]:
    """The heads in `scan` and the text with what was understood taken out (same length)."""
    tokens = tokens_of(scan)
    if not tokens:
        return Counts(), scan
    binding.bind(tokens, scan)
    added = binding.added(tokens, scan)
    denies = any(token.kind == "oops" for token in tokens)
    counts = _resolve(binding.corrected(tokens, scan) if denies else tokens, scan)
    counts.added = added
    counts.alls = sum(token.kind == "full" for token in tokens)
    counts.numbers = _numbers(tokens, scan, counts)
    return counts, _without(scan, tokens)


def _numbers(tokens: Sequence[Token], scan: str, counts: Counts) -> list[Number]:
    """Every number and what it was taken for."""
    return [
        Number(scan[token.start : token.end].strip(GAP + " "), token.value, _taken(token, counts), token.hedge)
        for token in tokens
        if token.kind in ("number", "thing", "pair")
    ]


def _taken(token: Token, counts: Counts) -> str:
    if token.kind == "thing":
        return token.use or "thing"
    if token.use in ("foreign", "oops"):
        return "thing"
    if token.use in ("due", "absent", "part", "thing", *words.OTHERS):
        return token.use
    if token.use in ("boys", "girls", "late", "rest", "apart"):
        return "part"
    if token.value in (counts.due, counts.together) and token.value != counts.attended:
        return "due" if token.value == counts.due else "thing"
    if token.kind == "pair" and token.value in (counts.attended, counts.due):
        return "attended"
    rough = counts.rough is not None and token.value == counts.rough[0]
    if rough or (counts.attended is not None and token.value == counts.attended):
        return "attended"
    return "open" if token.strength or token.use else "thing"


def _resolve(tokens: list[Token], scan: str) -> Counts:
    """Labelled numbers first, then 38人, then the one bare number that is left."""
    counts = Counts()
    kinds = {token.kind for token in tokens}
    counts.named = absent.named(tokens, scan)
    counts.full = ("full" in kinds and (counts.named > 0 or _nobody_else(tokens, scan))) or (
        not kinds.isdisjoint(("due", "whole")) and _all_came(tokens, scan)
    )
    counts.each = "each" in kinds and any(token.kind == "each" and token.use for token in tokens)
    counts.alike = "alike" in kinds and any(token.kind == "alike" and token.use for token in tokens)
    numbers = [token for token in tokens if token.kind == "number"]
    exact = [token for token in numbers if not token.vague]
    told = any(token.use == "due" for token in exact)
    owners.place(exact, scan)
    counts.guessed = not told and any(token.use == "due" for token in exact)
    used: dict[str, list[Token]] = {}
    for token in exact:
        used.setdefault(token.use, []).append(token)
    for kind in [kind for kind in used if kind in words.OTHERS]:
        counts.others[kind] = sum(token.value or 0 for token in used[kind])
    counts.due = _one(counts, used.get("due", []))
    counts.absent = absent.counted(used["absent"], scan) if "absent" in used else None
    counts.apart = sum(token.value or 0 for token in used.get("apart", ()))
    counts.certain = bool(counts.absent or counts.named or "分别" in scan) and absent.CAME.search(scan) is not None
    counts.given = [token.value or 0 for token in exact if _of_heads(token) and (token.strength or token.use)]
    counts.firm = counts.full or any(token.strength > 1 or token.use or token.kind == "pair" for token in tokens)
    if "thing" in kinds:
        counts.sessions = next((token.value for token in tokens if token.use == "sessions"), None)
    _attended(counts, used, tokens, scan)
    if counts.others and (counts.attended or 0) > (among := owners.grown_ups(exact, scan, counts.attended or 0)):
        counts.attended = (counts.attended or 0) - among
    rough = [token for token in numbers if token.vague and _of_heads(token)]
    if counts.attended is None and counts.issue is None and rough:
        counts.issue = "COUNT_VAGUE"
        counts.rough = (rough[0].value, rough[0].hedge) if rough[0].value is not None else None
    if counts.attended is not None and counts.issue is None and _doubtful(tokens, scan, counts):
        rest = sum(token.value or 0 for token in used.get("rest", ()))
        counts.given += [rest, counts.attended + rest] if rest else []
        counts.issue, counts.attended = "COUNT_AMBIGUOUS", None
    return counts


def _doubtful(tokens: list[Token], scan: str, counts: Counts) -> bool:
    """Whether more persons of an unknown kind are named than came, or a bare 38 stands beside them unexplained."""
    bare = any(
        token.kind == "number" and token.strength in (1, 2) and (token.value or 0) > words.FEW
        and _taken(token, counts) == "open" and scan[token.start].isdecimal()
        for token in tokens
    )  # fmt: skip
    most = max((token.value or 0 for token in tokens if token.use == "rest"), default=0)
    return bare or most > (counts.attended or 0) or _more_persons(tokens, scan) > (counts.attended or 0)


def _more_persons(tokens: list[Token], scan: str) -> int:
    """The most persons of a kind that is on no list: 40名新兵; who is on a list of others is no doubt."""
    others = {token.start for token in tokens if token.kind in words.OWNERS or token.kind == "part"}
    return max(
        (
            token.value or 0
            for token in tokens
            if token.kind == "thing" and scan[token.end - 1] in "名位" and token.end not in others
        ),
        default=0,
    )


def _nobody_else(tokens: list[Token], scan: str) -> bool:
    """Nobody is told to be an exception, before it (除了…都到了) or after it (全到,除了…)."""
    last = max((token.start for token in tokens if token.kind == "absent"), default=-1)
    return any(
        token.kind == "full" and last < token.start and not _EXCEPT.search(scan, 0, token.start) for token in tokens
    )


def _all_came(tokens: list[Token], scan: str) -> bool:
    """全班42人都参加了, 全班42人都看了."""
    return any(token.use in ("due", "whole") and _ALL.match(scan, token.end) for token in tokens)


def _of_heads(token: Token) -> bool:
    return token.use in ("", "attended", "took", "heads")


def _strongest(free: list[Token]) -> list[Token]:
    """Of the numbers without a label: those with 人, else those with 个, else the bare ones."""
    if not free:
        return free
    best = max(token.strength for token in free)
    chosen = [token for token in free if token.strength == best]
    return chosen if best else chosen[:1] if chosen and chosen[0].end - chosen[0].start > 1 else []


def _one(counts: Counts, tokens: list[Token]) -> int | None:
    if len(tokens) > 1 and len({token.value for token in tokens}) > 1:
        counts.issue = "COUNT_AMBIGUOUS"
        return None
    return tokens[0].value if tokens else None


def _attended(counts: Counts, used: dict[str, list[Token]], tokens: list[Token], scan: str) -> None:
    free = _strongest(used.get("", []))
    _drop_total(counts, free, tokens, scan)
    _pair(counts, tokens, bool(free) or "attended" in used or "took" in used)
    whole = used.get("whole", [])
    if counts.full and whole and counts.attended is None:
        counts.attended = counts.due = _one(counts, whole)
        return
    if any(token.kind == "portion" for token in tokens) and not free:
        counts.due, counts.issue = _one(counts, whole), "COUNT_VAGUE"
        return
    if counts.others and "attended" in used and "heads" in used:
        # 参与人数25(其中队员20,家长5): the first is of both.
        used["attended"] = _without_totals(used["attended"], counts.others, used["heads"])
    labelled = next((used[use] for use in ("attended", "heads", "took") if used.get(use)), [])
    if counts.attended is None and counts.issue is None and labelled:
        counts.attended = _one(counts, _without_totals(labelled, counts.others))
        bare = [token for token in used.get("", []) if token.strength == 1]
        others = [*free, *bare, *whole, *used.get("took", []), *used.get("heads", [])]
        _explain(counts, [token for token in others if token not in labelled])
        return
    halves = [token.value or 0 for use in ("boys", "girls") for token in used.get(use, ())]
    if halves and not any(token.strength > 1 for token in free):
        counts.attended = sum(halves)
    elif (counts.issue, counts.attended) == (None, None) and None in (counts.due, counts.absent):
        _plain(counts, free, used, scan)
    elif counts.issue is None and counts.attended is None:
        left = (counts.due or 0) - (counts.absent or 0)
        counts.given = [left, *(left - (token.value or 0) for token in free if token.value not in (left, counts.due))]
        # 应到44,2人请假,1人转学: whether they are still of those due nobody says.
        counts.issue = "COUNT_AMBIGUOUS" if len(counts.given) > 1 else None


def _without_totals(tokens: list[Token], others: dict[str, int], parts: Sequence[Token] = ()) -> list[Token]:
    """师生45人(学生43人, 教师2人): the first is of both."""
    values = {token.value or 0 for token in parts or tokens}
    adults = sum(others.values())
    return [token for token in tokens if not adults or (token.value or 0) - adults not in values]


def _explain(counts: Counts, others: list[Token]) -> None:
    """What the other heads are: those due, or all with the grown-ups; else it is not clear who came."""
    came = counts.attended
    for token in others:
        value = token.value or 0
        known = (came, counts.due, counts.together)
        if value == came and token.use == "whole" and counts.absent is None:
            counts.due = counts.due or value
        if came is None or value in known or (token.strength < 2 and not token.use and not came < value > words.FEW):
            continue
        if counts.due is not None and value <= counts.due - came:
            continue  # 应到45实到43, 1人比赛: one of those who are missing
        if value > came and counts.due is None and counts.absent in (None, value - came) and token.use != "took":
            counts.due = value
        elif counts.issue is None:
            counts.issue, counts.attended = "COUNT_AMBIGUOUS", None
            return


def _drop_total(counts: Counts, free: list[Token], tokens: list[Token], scan: str) -> None:
    """42缺2, 42人缺2人: what stands right before 缺 is the whole class; 36请假3 are 36 who came, as 36人请假3人 are."""
    for number, label in zip(tokens, tokens[1:], strict=False):
        lacks = label.kind == "absent" and label.use and scan.startswith("缺", label.start)
        if not lacks or counts.due is not None:
            continue
        if any(number is token for token in free[:1]) and (number.strength == 1 or number.end == label.start):
            counts.due, number.use, counts.guessed = number.value, "due", True
            del free[0]


def _pair(counts: Counts, tokens: list[Token], counted: bool) -> None:
    """38/42 or 42/38 -> 38 of 42; 4/3 beside another count is a date."""
    pairs = [(token.value or 0, token.second) for token in tokens if token.kind == "pair"]
    if not pairs:
        return
    counted = counted or not all(map(_like_a_date, pairs))
    for pair in pairs:
        if counted and _like_a_date(pair):
            counts.slash = counts.slash or pair
        elif counts.attended is None and counts.due is None:
            counts.attended, counts.due = sorted(pair)


def _like_a_date(pair: tuple[int, int]) -> bool:
    return pair[0] <= 12 and pair[1] <= 31


def _plain(counts: Counts, free: list[Token], used: dict[str, list[Token]], scan: str) -> None:
    """38人, or the only bare number. 全班43人: all of them."""
    whole, part, rest = (used.get(use, []) for use in ("whole", "part", "rest"))
    if whole:
        _of_whole(counts, free, whole)
    elif rest and not free:
        counts.attended = sum(token.value or 0 for token in (*part, *rest))
    else:
        if part and not free:
            free, counts.given = part, [token.value or 0 for token in part]
        counts.attended = _one(counts, free)
    for token in free:
        token.use = token.use or "attended"


def _of_whole(counts: Counts, free: list[Token], whole: list[Token]) -> None:
    """全班43人: all came, unless it is said who is missing, or how many did; 全班43人 获奖5人 may be either."""
    size = _one(counts, whole)
    came = [token for token in free if token.strength > 1 and size is not None and (token.value or 0) < size]
    if counts.absent is not None or counts.named or came:
        counts.due = counts.due or size
    if counts.absent is None:
        # 全班43人,张明请假: they are counted later.
        counts.attended = _one(counts, came) if came else None if counts.named else size
        if came and size is not None and counts.attended is not None and counts.attended * 2 < size:
            counts.issue, counts.attended, counts.due = "COUNT_AMBIGUOUS", None, None
            counts.given.append(size)


def _without(scan: str, tokens: list[Token]) -> str:
    """Take out what was understood; a number or a noun that counted nothing stays: it may be of the topic."""
    parts, at = [], 0
    for token in tokens:
        written = scan[token.start].isdecimal() or token.strength > 1
        unused = not (token.use or token.vague or (token.strength and written))
        if token.start < at or (unused and (token.kind == "number" or token.kind in _NOUNS)):
            continue
        if unused and token.kind == "took" and scan.startswith(_WATCHING, token.start):
            continue  # 观看爱国影片 44人: what they watched, not how many
        if token.kind == "foreign" or (token.use != "sessions" and "thing" in (token.kind, token.use)):
            continue
        # What stands beside 请假, 缺 or 没来 is a person, whatever its shape.
        sign = SECRET if "absent" in (token.kind, token.use) else COUNTED
        parts += [scan[at : token.start], sign * (token.end - token.start)]
        at = token.end
    return "".join([*parts, scan[at:]])
