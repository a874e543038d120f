"""Parts of documents and workbooks without what programs note in them: who wrote, where it lay, comments, previews."""

import re

from bot.files.pictures import NotKept

COMMENTS = "刚才的文件没有保存：里面有批注或修订记录，带着别人的姓名。请接受全部修订、删除全部批注再发。签到不受影响。"
OTHERS = "刚才的文件没有保存：里面嵌了音像、矢量图或别的程序的内容，清理不了。请另存为 PDF 再发一次。签到不受影响。"
# Beside pictures and XML a document holds fonts, and what a printer was set to.
_PLAIN = re.compile(r"\.(?:odttf|fntdata|ttf)$|printerSettings\d*\.bin$", re.IGNORECASE)
_PREVIEW = re.compile(r"^docProps/thumbnail\.\w+$")
_XML = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<")
_ROOT = re.compile(rb"<(?:\w+:)?(\w+)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
# Who wrote it, for whom and when; whom it was shared with; what other programs put beside it.
_ABOUT = {b"coreProperties", b"people", b"personList", b"users"}
_ABOUT_IN = re.compile(r"(?:^|/)(?:docProps/(?:app|custom)|customXml/item\d*)\.xml$")
# The folder in which it or its template lay, and who had it open.
_PLACES = (
    (re.compile(rb"(<(?:\w+:)?(?:absPath|fileSharing)\b[^<>]*?\s(?:url|userName)=)([\"']).*?\2"), rb"\1\2\2"),
    (re.compile(rb"(\sTarget=)([\"'])file:.*?\2", re.IGNORECASE), rb"\1\2about:blank\2"),
)
# What a picture was called where it came from: C:\\Users\\张三\\王小明.jpg.
_PICTURE = re.compile(rb"<(?:\w+:)?(?:docPr|cNvPr)\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_CALLED = re.compile(rb"(\s(?:name|descr|title)=)(?:\"[^\"]*\"|'[^']*')")
_COMMENTED = re.compile(
    rb"<author>[^<]|<(?:\w+:)?(?:comment|threadedComment)\s|\s(?:\w+:)?author=(?:\"[^\"]|'[^'])", re.IGNORECASE
)


def plain(name: str, content: bytes) -> bytes:
    """A part that is no picture, without what it says of people and places; raises NotKept with what to do."""
    if _PREVIEW.search(name):
        return b""
    if not content or _PLAIN.search(name):
        return content
    root = _ROOT.search(content)
    if not _XML.search(content) or b"<!DOCTYPE" in content or root is None or root[1] == b"svg":
        raise NotKept(OTHERS)
    if root[1] in _ABOUT or _ABOUT_IN.search(name):
        return content[: root.start()] + root[0].rstrip(b"/>") + b"/>"
    if _COMMENTED.search(content):
        raise NotKept(COMMENTS)
    for pattern, instead in _PLACES:
        content = pattern.sub(instead, content)
    return _PICTURE.sub(lambda found: _CALLED.sub(rb'\1""', found[0]), content)
