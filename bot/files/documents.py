"""Parts of documents and workbooks without what programs note in them: who wrote, where it lay, comments, previews."""

import re

from bot.files.pictures import NotKept

COMMENTS = "刚才的文件没有保存：里面有批注或修订记录，带着别人的姓名。请接受全部修订、删除全部批注再发。签到不受影响。"
OTHERS = "刚才的文件没有保存：里面嵌了音像、矢量图或别的程序的内容，清理不了。请另存为 PDF 再发一次。签到不受影响。"
# Beside pictures and XML a document holds fonts, and what a printer was set to: on whose machine, by which name.
_FONT = re.compile(r"\.(?:odttf|fntdata|ttf)$", re.IGNORECASE)
_PRINTER = re.compile(r"printerSettings\d*\.bin$", re.IGNORECASE)
_PREVIEW = re.compile(r"^docProps/thumbnail\.\w+$")
_XML = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<")
# As XML has it, no < stands in an attribute: so nothing is looked at twice, however it was crafted.
_ATTRIBUTES = rb"(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+>"
_NAME = rb"[^\s<>/:!?=\"']++"
_OPENS = rb"<(?:" + _NAME + rb":)?(" + _NAME + rb")"
_ROOT = re.compile(_OPENS + _ATTRIBUTES)
_ATTRIBUTE = re.compile(rb"(\s(?:" + _NAME + rb":)?(" + _NAME + rb")\s*=\s*)(?:\"[^\"]*\"|'[^']*')")
# Where what is shown lies; the first tag of any other part is all that is kept of it: it says who wrote it, for whom.
_SHOWN = re.compile(
    r"(?:word|xl|ppt)/(?:"
    r"(?:glossary/)?(?:document|styles|stylesWithEffects|settings|webSettings|fontTable|numbering|footnotes|endnotes"
    r"|header\d*|footer\d*|workbook|sharedStrings|calcChain|metadata|presentation|presProps|viewProps|tableStyles)\.xml"
    r"|(?:theme|worksheets|chartsheets|tables|pivotTables|pivotCache|drawings|charts|diagrams|ctrlProps|slides"
    r"|slideLayouts|slideMasters|notesSlides|notesMasters|handoutMasters|embeddings)/[^/]+\.(?:xml|vml)"
    r"|(?:[^/]+/)?_rels/[^/]+\.rels)|_rels/\.rels|\[Content_Types\]\.xml"
)
_REMARKS = re.compile(r"comments", re.IGNORECASE)
_COMMENTED = re.compile(
    rb"<(?:" + _NAME + rb":)?(?:author>[^<]|(?:comment|threadedComment)\s)"
    rb"|\s(?:" + _NAME + rb":)?author\s*=\s*(?:\"[^\"]|'[^'])",
    re.IGNORECASE,
)  # fmt: skip


def _pairs(table: str) -> frozenset[tuple[bytes, bytes]]:
    """(element, attribute) of lines `elements: attributes`."""
    lines = (line.encode().split(b":") for line in table.split("\n") if ":" in line)
    return frozenset(
        (element, name) for elements, names in lines for element in elements.split() for name in names.split()
    )


# What shows nothing and is called by nothing, in whatever letters, of what the standard (ECMA-376) has as free words:
# who may change it, refreshed it, shall sign it; the folder in which it, its template or its data lay; notes, views,
# what was filtered or tried out; what a picture was called where it came from: C:\\Users\\张三\\王小明.jpg.
_UNSEEN = _pairs("""
    absPath fileSharing: url userName
    connection: sourceFile odcFile
    docVar: name val
    connectString query alias tag tblCaption tblDescription helpText statusText title desc description attr: val
    entryMacro exitMacro mailSubject udl table addressFieldName inputCells: val
    permStart: ed
    dropDownList comboBox: lastValue
    hyperlink hlinkClick: docLocation invalidUrl
    docPr cNvPr shape imagedata rect roundrect oval line group image fill: name descr title alt
    imagedata fill: href
    signatureline: suggestedsigner suggestedsigner2 suggestedsigneremail signinginstructions
    definedName table tableColumn: comment description help statusBar customMenu
    scenario: name user comment
    customWorkbookView protectedRange control customProperty cSld custShow section wavAudioFile snd: name
    controlPr objectPr: altText
    webPublishItem webPublishObject webPublishingObject: destinationFile title sourceObject divId
    pivotCacheDefinition pivotTableDefinition: refreshedBy tag
    filter customFilter cellSmartTagPr: val name description stringValue1 stringValue2 key
    s n d b e m: c
    s: v
    prSet: phldrT
""")
# Beside the names of programs, in ASCII, attributes hold words where they are shown, or called by others.
_WORDED = _pairs("""
    sheet definedName table tableColumn cacheField cellStyle style tableStyle tableStyleInfo font theme: name
    clrScheme fontScheme fmtScheme lsdException dataField pivotField pivotTableDefinition worksheetSource: name
    table tableColumn worksheetSource style: displayName totalsRowLabel sheet styleId
    name aliases altName rFont pStyle rStyle tblStyle basedOn next link numStyleLink styleLink lvlText: val
    chr begChr endChr sepChr listItem: val displayText value
    rFonts: ascii hAnsi eastAsia cs
    latin ea cs sym font buFont buChar: typeface script char
    textpath: string style
    numFmt cfRule: formatCode text
    hyperlink hlinkClick: location tooltip display anchor
    dataValidation: prompt promptTitle error errorTitle
    Relationship: Target
""")
# Whose text is shown, or reckoned with.
_TEXTS = frozenset(
    b"t v f pt separator delText instrText formula formula1 formula2 definedName formatCode calculatedColumnFormula"
    b" totalsRowFormula oddHeader oddFooter evenHeader evenFooter firstHeader firstFooter".split()
)
_ABOUT = re.compile(
    rb"<(?:" + _NAME + rb":)?(?:" + b"|".join(sorted({element for element, _ in _UNSEEN})) + rb")(?=\s)" + _ATTRIBUTES
)
# Words are what is not ASCII; a character may be written as its number.
_WITH_WORDS = re.compile(rb"<[^<&\x80-\xff]*+(?:&(?!\#)[^<&\x80-\xff]*+)*+(?:[\x80-\xff]|&\#)[^<]*")
_TAG = re.compile(rb"(<(?:" + _NAME + rb":)?(" + _NAME + rb"))(" + _ATTRIBUTES + rb")(.*)", re.DOTALL)
_ELSEWHERE = re.compile(rb"<Relationship\s(?=[^<>]*TargetMode=.External)[^<>]*>")
_TARGET = re.compile(rb"(\sTarget)=(?:\"(?!https?:|mailto:|#)[^\"]*\"|'(?!https?:|mailto:|#)[^']*')", re.IGNORECASE)
_FILE = re.compile(rb"(\sTarget=)([\"'])file:.*?\2", re.IGNORECASE)


def plain(name: str, content: bytes) -> bytes:
    """A part that is no picture, without what it says of people and places; raises NotKept with what to do."""
    if _PREVIEW.search(name):
        return b""
    if _PRINTER.search(name):
        # What is none of its own settings a program passes over.
        return bytes(len(content))
    if not content or _FONT.search(name):
        return content
    content = _without(_without(content, b"<!--", b"-->"), b"<?", b"?>", keeps=b"xml ")
    root = _ROOT.search(content)
    hidden = b"<!DOCTYPE" in content or b"<![CDATA[" in content
    if not _XML.search(content) or hidden or root is None or root[1] == b"svg" or not name.isascii():
        raise NotKept(OTHERS)
    shown = _SHOWN.fullmatch(name)
    lowered = content.lower()
    remarked = b"author" in lowered or b"comment" in lowered
    if remarked and (shown or _REMARKS.search(name)) and _COMMENTED.search(content):
        raise NotKept(COMMENTS)
    if not shown:
        return content[: root.start()] + root[0].rstrip(b"/>") + b"/>"
    content = _ELSEWHERE.sub(_nowhere, content)
    content = _FILE.sub(rb"\1\2about:blank\2", content) if b"file:" in lowered else content
    return _WITH_WORDS.sub(_shown, _ABOUT.sub(_unseen, content))


def _without(content: bytes, begins: bytes, ends: bytes, keeps: bytes = b"?!") -> bytes:
    """Without remarks of whatever program wrote it: comments, or instructions that are none for everybody."""
    first, *others = content.split(begins)
    return first + b"".join(begins + each if each.startswith(keeps) else each.partition(ends)[2] for each in others)


def _nowhere(link: re.Match[bytes]) -> bytes:
    """A link to what lies on somebody's machine leads nowhere."""
    return _TARGET.sub(rb'\1="about:blank"', link[0])


def _unseen(tag: re.Match[bytes]) -> bytes:
    element = _ROOT.match(tag[0])
    assert element is not None
    return _ATTRIBUTE.sub(lambda each: each[0] if (element[1], each[2]) not in _UNSEEN else each[1] + b'""', tag[0])


def _has_words(tag: bytes) -> bool:
    return not tag.isascii() or b"&#" in tag


def _shown(tag: re.Match[bytes]) -> bytes:
    """A tag and the text behind it, with words only where they are shown."""
    found = _TAG.match(tag[0])
    if found is None:
        # Behind its end nothing is shown.
        return tag[0].partition(b">")[0] + b">" if tag[0].startswith((b"</", b"<?xml")) else b""
    opens, element, attributes, text = found.groups()
    if _has_words(opens) or _has_words(_ATTRIBUTE.sub(_quoted, attributes)):
        raise NotKept(OTHERS)
    shown = element in _TEXTS and not attributes.endswith(b"/>")
    kept = _ATTRIBUTE.sub(lambda each: each[0] if (element, each[2]) in _WORDED else _quoted(each), attributes)
    return opens + kept + (text if shown or not _has_words(text) else b"")


def _quoted(each: re.Match[bytes]) -> bytes:
    """An attribute without its words."""
    return each[1] + b'""' if _has_words(each[0]) else each[0]
