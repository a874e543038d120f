"""Numbers that are denied in the same breath: the right one stays."""

from handlers.reading.quantities.tokens import Token

_IS = ("是", "而是", "应该是", "应是")


def corrected(tokens: list[Token], scan: str) -> list[Token]:
    """38人不对39人, 不是38是39: the later number stands for the earlier one; 39不是38: the earlier one."""
    kept: list[Token] = []
    for token in tokens:
        last = [each.kind for each in kept[-2:]] if token.kind == "number" else []
        if last == ["number", "oops"]:
            oops = kept.pop()
            oops.use = "taken"
            if scan.startswith("不是", oops.start) and oops.end == token.start:
                continue
            token.use = token.use or kept[-1].use
            kept.pop().use = "oops"
        elif last == ["oops", "number"] and _denied(kept[-2], kept[-1], token, scan):
            kept.pop().use = "oops"
            kept.pop().use = "taken"
        kept.append(token)
    return kept


def _denied(oops: Token, wrong: Token, right: Token, scan: str) -> bool:
    """不是38人,是39人."""
    turn = scan[wrong.end : right.start].strip(" ,人名个")
    return scan.startswith("不是", oops.start) and oops.end == wrong.start and turn in _IS
