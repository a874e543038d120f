"""Parts of documents and workbooks without what programs note in them: who wrote, where it lay, comments, previews."""

import re

from bot.files.pictures import NotKept

COMMENTS = "刚才的文件没有保存：里面有批注或修订记录，带着别人的姓名。请接受全部修订、删除全部批注再发。签到不受影响。"
OTHERS = "刚才的文件没有保存：里面嵌了音像、矢量图或别的程序的内容，清理不了。请另存为 PDF 再发一次。签到不受影响。"
# Beside pictures and XML a document holds fonts, and what a printer was set to.
_PLAIN = re.compile(r"\.(?:odttf|fntdata|ttf)$|printerSettings\d*\.bin$", re.IGNORECASE)
_PREVIEW = re.compile(r"^docProps/thumbnail\.\w+$")
_XML = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<")
# As XML has it, no < stands in an attribute: so nothing is looked at twice, however it was crafted.
_ATTRIBUTES = rb"(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+>"
_ROOT = re.compile(rb"<(?:\w+:)?(\w++)" + _ATTRIBUTES)
# Where what is shown lies; the rest, and some of that, says who wrote it, for whom, when, with what.
_SHOWN = re.compile(r"^(?:(?:word|xl|ppt)/.+|_rels/\.rels|\[Content_Types\]\.xml)$")
_ABOUT_IN = re.compile(
    r"/(?:revisions|persons|webextensions)/|/(?:people|userNames|authors|commentAuthors)\.xml$", re.IGNORECASE
)
_ABOUT = {b"coreProperties", b"people", b"personList", b"users"}
# The folder in which it, its template or its data lay, and who had it open; what a picture was called where it came
# from: C:\\Users\\张三\\王小明.jpg.
_TOLD = tuple(
    (
        re.compile(rb"<(?:\w+:)?(?:%b)(?=\s)%b" % (elements, _ATTRIBUTES)),
        re.compile(rb"(\s(?:\w+:)?(?:%b))=(?:\"[^\"]*\"|'[^']*')" % names),
    )
    for elements, names in (
        (rb"absPath|fileSharing", rb"url|userName"),
        (rb"connection", rb"sourceFile|odcFile"),
        (rb"docVar|connectString|query", rb"val"),
        (rb"docPr|cNvPr|shape|imagedata", rb"name|descr|title|alt"),
    )
)
_ELSEWHERE = re.compile(rb"<Relationship\s(?=[^<>]*TargetMode=.External)[^<>]*>")
_TARGET = re.compile(rb"(\sTarget)=(?:\"(?!https?:|mailto:|#)[^\"]*\"|'(?!https?:|mailto:|#)[^']*')", re.IGNORECASE)
_FILE = re.compile(rb"(\sTarget=)([\"'])file:.*?\2", re.IGNORECASE)
_COMMENTED = re.compile(
    rb"<author>[^<]|<(?:\w+:)?(?:comment|threadedComment)\s|\s(?:\w+:)?author=(?:\"[^\"]|'[^'])", re.IGNORECASE
)


def plain(name: str, content: bytes) -> bytes:
    """A part that is no picture, without what it says of people and places; raises NotKept with what to do."""
    if _PREVIEW.search(name):
        return b""
    if not content or _PLAIN.search(name):
        return content
    content = _without(_without(content, b"<!--", b"-->"), b"<?", b"?>", keeps=b"xml ")
    root = _ROOT.search(content)
    if not _XML.search(content) or b"<!DOCTYPE" in content or root is None or root[1] == b"svg":
        raise NotKept(OTHERS)
    if root[1] in _ABOUT or not _SHOWN.search(name) or _ABOUT_IN.search(name):
        return content[: root.start()] + root[0].rstrip(b"/>") + b"/>"
    if _COMMENTED.search(content):
        raise NotKept(COMMENTS)
    content = _FILE.sub(rb"\1\2about:blank\2", _ELSEWHERE.sub(_nowhere, content))
    for element, told in _TOLD:
        content = element.sub(lambda found, told=told: told.sub(rb'\1=""', found[0]), content)  # type: ignore[misc]
    return content


def _without(content: bytes, begins: bytes, ends: bytes, keeps: bytes = b"?!") -> bytes:
    """Without remarks of whatever program wrote it: comments, or instructions that are none for everybody."""
    first, *others = content.split(begins)
    return first + b"".join(begins + each if each.startswith(keeps) else each.partition(ends)[2] for each in others)


def _nowhere(link: re.Match[bytes]) -> bytes:
    """A link to what lies on somebody's machine leads nowhere."""
    return _TARGET.sub(rb'\1="about:blank"', link[0])
