"""What a message about a nomination names: the persons, the unit, the medal."""

from handlers.privacy.names import persons
from handlers.reading.medals.medals import Medal
from handlers.reading.medals.particulars import PLACE, places_apart
from handlers.reading.model import Context
from handlers.reading.persons.names import is_name, is_nickname, name_at_start, split_names
from handlers.reading.text.normalise import GAP
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

CUT = pattern(
    rf"[\s、,;。!?:/()|{GAP}]+|[两几一二三四五六七八九十\d]{{1,2}}(?:个?人|[位名])|的|把|将|给|替|同学|队员|为|由|从|了|[吧啦]|[去拿划撤删]掉|[看查问](?:看|查|问|下)|一下|刚[刚才]|那个|这个|那件|提名|推荐|申报|推选|用|让|帮我|[报写弄填]错|[不别]再?(?:推荐|提名|申报|参评|[报评争要推提上])"
)


def persons_in(scan: str) -> list[str]:
    """The persons named there, in order."""
    found: list[str] = []
    words = CUT.split(places_apart(scan))
    for word in words:
        if word and (is_whole(word) or is_nickname(word) or PLACE.fullmatch(word)):
            found.append(word)
        elif word and len(word) < 40:
            found += split_names(word)
    # 王小明转学了
    begun = (name_at_start(word) for word in words if not found)
    return found or [name for name in begun if name and persons(name)][:1]


def is_whole(word: str) -> bool:
    """A full name; 封子昂 has a surname of no list."""
    return is_name(word) or (len(word) == len("封子昂") and persons(word) == (word,))


def target_of(hits: list[Hit], medals: list[Medal], context: Context) -> tuple[str | None, str | None]:
    """The unit and the medal that a message about a nomination names."""
    unit = next((hit.unit for hit in hits if hit.kind != "part"), context.bound_unit)
    return unit, next((medal.code for medal in medals if medal.code), None)
