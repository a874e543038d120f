"""HTML as plain strings; the one place where words are escaped."""

from html import escape

Attribute = str | int | bool | None


class Html(str):
    """Markup; any other string is words, and escaped wherever it is put."""

    __slots__ = ()


def element(tag: str, /, *inside: "str | None", **attributes: Attribute) -> Html:
    """An element; without content of its own (None) it has no end. `class_` is class, `aria_label` is aria-label.

    Of the attributes False and None are left out, True has no value.
    """
    given = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if inside == (None,):
        return Html(f"<{tag}{given}>")
    return Html(f"<{tag}{given}>{joined(*inside)}</{tag}>")


def joined(*parts: str | None) -> Html:
    """One after the other, words escaped."""
    return Html("".join(each if isinstance(each, Html) else escape(each) for each in parts if each))
