"""What somebody may be called, and who may be taken for another; pure."""

import re
import unicodedata

from handlers.privacy.names import HAN, SURNAMES, persons

_LONGEST = 20
_SIGNS = "·.-'’"
# 李 老.师 is read as 李老师; the middle dot of 阿依古丽·买买提 is part of the name.
_BETWEEN = re.compile(f"(?<=[{HAN}])[ .'’-]+(?=[{HAN}])")
# Letters and marks by their Unicode names that are not seen, or pile up on others.
_UNSEEN = re.compile("FILLER|SELECTOR|COMBINING|INHERENT|JOINER")
TITLE = re.compile("(?:老师|主任|校长|园长|书记|辅导员|站长|组长|科长|部长|教练|同志)$")
_OURS = re.compile("助手|机器人|管理员|系统|官方|客服|少工委|大队部")
# An office is nobody's name: who confirms an appointment reads it.
_A_PART = "各位|班|年级|大队|中队|小队|校外|学校|总|副|老师|主任|校长|园长|书记|辅导员|站长|组长|科长|部长|教练|同志"
_OFFICE = re.compile(f"(?:{_A_PART})+")
# So is none of a place where people work, or of a page: 实验小学, 教导处, http://….
_NO_PERSON = re.compile(
    r"(?:小学|中学|学校|幼儿园|教育局|团委|社区|街道|办公室|[教政德]\w处|总务处|辅导站|[小中大]队|家长)$|(?i:www\.|https?\b)"
)
# 李老师大队辅导员, 李老师2, 李静老师: nobody is another by it, as long as two characters are left.
_ADDED = re.compile(rf"(?<=\w\w)(?:{_A_PART}|[\d\s])+$")
# 李静 13812345678: a number that others could ring is no part of it.
_NUMBER = re.compile(r"(?:手机号?|电话|微信号?|联系方式)?\s*(?:[\d〇零幺一二三四五六七八九][\s-]?){5,}")
# 周丽华 三(2)中队: where they are is no part of it either.
_UNIT = re.compile(r"[一二三四五六七八九](?:年级)?\s?\(?[\d一二三四五六七八九十]{1,2}\)?(?:中队|班)的?")
# Letters of another script than those of Chinese and of English.
_FOREIGN = re.compile(f"[^\\W\\d_a-zA-Z{HAN}]")
_PARTS = re.compile(f"[{re.escape(_SIGNS)} ]+")
# Nobody is called 李л师: Greek or Cyrillic letters among Chinese signs only make another of the same name.
_AMONG_HAN = re.compile(f"[\u0370-\u052f]+(?=.*[{HAN}])|(?<=[{HAN}])[\u0370-\u052f]+")
_TWO_HAN = re.compile(f"[{HAN}]{{2}}")


def clean_name(said: str) -> str:
    """
    A name as it may stand in a list: letters, figures and the signs of names, up to 20.

    What is not seen, turns the line around or piles up on others is left out; empty when nothing is left that is read.
    """
    plain = _UNIT.sub(" ", unicodedata.normalize("NFKC", said))
    kept = "".join(each if _may_stand(each) else " " * each.isspace() for each in plain)
    kept = _AMONG_HAN.sub("", kept)
    name = _BETWEEN.sub("", " ".join(_NUMBER.sub(" ", kept).split())).strip(_SIGNS + " ")[:_LONGEST].rstrip()
    # 彤彤的班主任 says whose, not who.
    nobodys = "的" in name or _OURS.search(name) or _OFFICE.fullmatch(name) or _NO_PERSON.search(plain.strip())
    return name if any(each.isalpha() for each in name) and not nobodys else ""


def _may_stand(sign: str) -> bool:
    kind = unicodedata.category(sign)
    if sign in (*_SIGNS, " ") or kind == "Nd":
        return True
    return kind[0] in "LM" and not _is_aside(sign)


def _is_aside(sign: str) -> bool:
    return unicodedata.bidirectional(sign) in ("R", "AL") or _UNSEEN.search(unicodedata.name(sign, "")) is not None


def readable(name: str) -> str:
    """A name as somebody else has written it, without what is not seen, turns the line around or piles up on others."""
    return name if name.isascii() else "".join(each for each in name if not _is_aside(each))


def is_name(said: str) -> bool:
    """李老师, 李静, Иван, O'Neil: not whatever may stand after 我是, as 值班老师 does."""
    head = TITLE.sub("", said)
    titled = head != said and (head[:1] in SURNAMES or bool(persons(head)))
    return titled or said in persons(said) or _is_foreign(said)


def _is_foreign(said: str) -> bool:
    """Иван Петров, 山田さくら: nothing but a name is written so here; Lily Li: each of the words may be one."""
    if _FOREIGN.search(said):
        return True
    parts = [part for part in _PARTS.split(said) if len(part) > 1]
    return bool(parts) and all(part in persons(part) for part in parts)


def alike(name: str, other: str) -> bool:
    """
    Whether one may be taken for the other: 李静老师 for 李静, 李老师2 for 李老师, 劉校长 for 刘校长.

    A sign that GB 2312 has not is an older or rarer form of another, as far as we know.
    """
    name, other = core(name), core(other)
    same = all(one == two or _is_rare(one + two) for one, two in zip(name, other, strict=False))
    return len(name) == len(other) and same


def core(name: str) -> str:
    """The name without titles, offices and numbers behind it; of 老师11 all of it."""
    plain = name.replace("·", "")
    bare = _ADDED.sub("", plain)
    return plain if _OFFICE.fullmatch(bare) else bare


def _is_rare(signs: str) -> bool:
    # Of 김민수 no sign is a form of one of ours.
    if not _TWO_HAN.fullmatch(signs):
        return False
    try:
        signs.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False
