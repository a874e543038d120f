"""What programs note in documents goes, or the document is not kept and the sentence says what to do."""

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from time import process_time

import openpyxl
import pytest
import xlsxwriter
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Text
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

from bot.files import documents, evidence
from bot.files.evidence import checked
from bot.files.pictures import NotKept
from tests.guard.test_pictures import NOTE, RAW, packed, saved, segment

OWN = "planted 慕容晚晴"
CORE = (
    f'<?xml version="1.0"?>\n<cp:coreProperties xmlns:cp="c" xmlns:dc="d"><dc:creator>{OWN}</dc:creator>'
    f"<cp:lastModifiedBy>{OWN}</cp:lastModifiedBy></cp:coreProperties>"
)
GOES = {
    "docProps/core.xml": CORE, "other/about.xml": CORE,
    "docProps/app.xml": f"<Properties><Company>{OWN}</Company></Properties>",
    "docProps/custom.xml": f'<Properties xmlns="p"><property name="{OWN}"/></Properties>',
    "customXml/item1.xml": f'<b:Sources xmlns:b="s"><b:Author>{OWN}</b:Author></b:Sources>',
    "word/people.xml": f'<w15:people xmlns:w15="w"><w15:person w15:author="{OWN}"/></w15:people>',
    "xl/persons/person.xml": f'<personList xmlns="x"><person displayName="{OWN}" userId="1"/></personList>',
    "xl/workbook.xml": f'<workbook><x15ac:absPath url="C:\\{OWN}\\"/><fileSharing userName=\'{OWN}\'/></workbook>',
    "word/_rels/settings.xml.rels": f'<Relationships><Relationship Target="file:///C:\\{OWN}\\a.dotm"/></Relationships>',
    "word/document.xml": f'<w:p><wp:docPr name="{OWN}" descr="C:\\{OWN}.jpg"/><pic:cNvPr name=\'{OWN}\'/></w:p>',
    # Of another root, or in a place that shows nothing.
    "docprops/Core.xml": f"<!-- {OWN} --><other><creator>{OWN}</creator></other>", "META-INF/a.xml": f"<m>{OWN}</m>",
    "ppt/authors.xml": f"<authorLst><author name='{OWN}'/></authorLst>",
    "xl/revisions/headers.xml": f'<headers><header userName="{OWN}"/></headers>',
    "xl/connections.xml": f'<connections><connection id="1" sourceFile="C:\\{OWN}" odcFile="{OWN}"/></connections>',
    "xl/_rels/link.rels": f'<Relationships><Relationship Target="/home/{OWN}" TargetMode="External"/></Relationships>',
    "word/settings.xml": f"<?by {OWN}?><w:settings><!--{OWN}--><w:docVar w:name='a' w:val='{OWN}'/></w:settings>",
    "word/header1.xml": f'<w:hdr><v:shape alt="{OWN}"/><v:imagedata o:title="{OWN}"/></w:document>',
    "docProps/thumbnail.emf": OWN, "docProps/thumbnail.wmf": OWN,
    # Made by hand: of another prefix, in attributes that no program knows, between elements, in a strange place.
    "xl/remarks.xml": f"<x:comments><x:authors><x:author>{OWN}</x:author></x:authors></x:comments>",
    "ppt/tags/tag1.xml": f'<p:tagLst><p:tag name="A" val="{OWN}"/></p:tagLst>',
    "xl/styles.xml": f'<s who="{OWN}" by = \'{OWN}\'>{OWN}<xfs/>{OWN}<of:whom>{OWN}</of:whom>{OWN}</s>{OWN}',
    "xl/worksheets/sheet9.xml": f'<w><filter val="{OWN}"/><scenario user="planted" comment="planted"/></w>',
    "xl/tables/table1.xml": f'<x:table name="t" comment="planted"><x:tableColumn name="u" help="{OWN}"/></x:table>',
    "word/numbering.xml": f'<w:numbering><w:alias w:val="planted"/><w:tblCaption w:val="{OWN}"/></w:numbering>',
}  # fmt: skip
# A name in Latin letters looks like the words of programs: what is said of people goes by where it stands.
LATIN = {
    "xl/workbook.xml": '<w><customWorkbookView name="{}"/><webPublishObject destinationFile="{}" title="{}"/></w>',
    "xl/worksheets/sheet1.xml": '<w><protectedRange name="{}"/><scenario name="{}"/><inputCells r="A1" val="{}"/>'
    '<filter val="{}"/><customFilter val="{}"/><control name="{}"/><controlPr altText="{}"/>'
    '<cellSmartTagPr key="k" val="{}"/></w>',
    "xl/pivotCache/pivotCacheDefinition1.xml": '<p><pivotCacheDefinition refreshedBy="{}"/><s v="{}"/></p>',
    "xl/pivotCache/pivotCacheRecords1.xml": "<p><x:s v='{}'/><n v='1' c='{}'/></p>",
    "xl/pivotTables/pivotTable1.xml": '<p><pivotTableDefinition tag="{}"/><filter name="{}" stringValue1="{}"/></p>',
    "word/document.xml": '<w:d><w:permStart w:ed="{}"/><w:attr w:name="a" w:val="{}"/><w:comboBox w:lastValue="{}"/>'
    '<w:helpText w:val="{}"/><w:statusText w:val="{}"/><w:hyperlink w:docLocation="{}"/><w:control w:name="{}"/></w:d>',
    "word/settings.xml": '<w:s><w:docVar w:name="{}" w:val="{}"/><w:mailSubject w:val="{}"/><w:udl w:val="{}"/></w:s>',
    "word/header1.xml": '<w:h><v:imagedata o:href="{}" o:title="{}"/><o:signatureline o:suggestedsigner="{}"'
    ' o:suggestedsigner2="{}" o:suggestedsigneremail="{}" o:signinginstructions="{}"/></w:h>',
    "ppt/slides/slide1.xml": '<p:s><p:cSld name="{}"/><a:snd r:embed="r" name="{}"/></p:s>',
    "word/diagrams/data1.xml": '<d><dgm:prSet phldrT="{}"/><dgm:title val="{}"/><dgm:desc val="{}"/></d>',
    "xl/printerSettings/printerSettings1.bin": "{}-PC",
}  # fmt: skip
COMMENTED = {
    "word/comments.xml": '<w:comments><w:comment w:id="0" w:author=""><w:t>x</w:t></w:comment></w:comments>',
    "word/footnotes.xml": f'<w:footnotes><w:del w:id="1" w:author="{OWN}"><w:t>x</w:t></w:del></w:footnotes>',
    "xl/comments1.xml": f"<comments><authors><author>{OWN}</author></authors></comments>",
    "xl/threadedComments/t.xml": "<ThreadedComments><threadedComment ref='A1'/></ThreadedComments>",
    "xl/comments2.xml": f"<x:comments><x:authors><x:author>{OWN}</x:author></x:authors></x:comments>",
    "word/endnotes.xml": f"<w:endnotes><w:ins w:author = '{OWN}'/></w:endnotes>",
}  # fmt: skip
OTHERS = {
    "word/media/a.svg": "<?xml version='1.0'?><svg xmlns='s'/>", "word/media/b.emf": "\x01\0\0\0 EMF",
    "word/media/c.wmf": "\xd7\xcd", "word/media/d.mp4": "\0\0\0 ftyp", "word/media/e.emz": "\x1f\x8b",
    "word/embeddings/oleObject1.bin": "\xd0\xcf\x11\xe0",
    "word/z.xml": "<a><![CDATA[planted]]></a>", "xl/worksheets/慕容.xml": "<worksheet/>",
    "xl/worksheets/sheet7.xml": "<慕容/>", "xl/worksheets/sheet8.xml": "<worksheet 慕容/>",
    "word/x.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "word/y.xml": "no markup",
}  # fmt: skip


def made_of(name: str, content: str) -> dict[str, bytes]:
    return {name: content.encode()}


@pytest.mark.parametrize("name", GOES)
def test_what_a_program_notes_goes(name: str) -> None:
    kept, _ = checked("document", packed(made_of(name, GOES[name])))
    with zipfile.ZipFile(io.BytesIO(kept)) as parts:
        assert b"planted" not in parts.read(name) and "慕容".encode() not in parts.read(name)
        assert (parts.read(name) == b"") is ("thumbnail" in name)


@pytest.mark.parametrize("name", LATIN)
def test_names_in_latin_letters_go_too(name: str) -> None:
    kept, _ = checked("document", packed(made_of(name, LATIN[name].replace("{}", "planted-zhangsan"))))
    with zipfile.ZipFile(io.BytesIO(kept)) as parts:
        assert b"planted" not in parts.read(name)


@pytest.mark.parametrize("name", [*COMMENTED, *OTHERS])
def test_what_cannot_be_cleaned_is_refused_with_what_to_do(name: str) -> None:
    words = documents.COMMENTS if name in COMMENTED else documents.OTHERS
    with pytest.raises(NotKept, match=words):
        checked("document", packed(made_of(name, {**COMMENTED, **OTHERS}[name])))


@pytest.mark.parametrize(
    "crafted", ['<docPr "', "<王 ", "&", "王", "<a 王='", "<!--", "<?a ", "a", " Target='file:", "<Relationship "]
)
def test_a_crafted_part_costs_no_more_than_its_length(crafted: str) -> None:
    # Looked at from each of its beginnings to its end it would take minutes.
    began = process_time()
    with suppress(NotKept):
        documents.plain("word/document.xml", f"<{crafted * (400_000 // len(crafted))}<".encode())
    assert process_time() - began < 5


def test_no_comments_are_no_hindrance() -> None:
    empty = {"word/comments.xml": b"<w:comments/>", "xl/printerSettings/printerSettings1.bin": b"\0\0", "a.xml": b""}
    with zipfile.ZipFile(io.BytesIO(checked("document", packed(empty))[0])) as parts:
        assert {name: parts.read(name) for name in empty} == empty


def test_a_real_workbook_still_opens() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    book.set_properties({"author": OWN, "company": OWN, "comments": OWN})
    book.set_custom_property("谁", OWN)
    page = book.add_worksheet("签到")
    page.write_row(0, 0, ["三(2)中队", 38], book.add_format({"font_name": "宋体", "num_format": '0"人"'}))
    page.data_validation("C1", {"validate": "list", "source": ["优秀", "良好"], "input_message": "请选"})
    page.set_header("&C周报")
    book.define_name("名单", "=签到!$A$1")
    book.close()
    kept, _ = checked("document", out.getvalue())
    again = openpyxl.load_workbook(io.BytesIO(kept))
    assert [[cell.value for cell in row] for row in again["签到"]] == [["三(2)中队", 38]]
    cell, choice = again["签到"]["B1"], again["签到"].data_validations.dataValidation[0]
    assert (cell.font.name, cell.number_format, choice.prompt) == ("宋体", '0"人"', "请选")
    assert again["签到"].oddHeader.center.text == "周报" and "名单" in again.defined_names
    assert again.properties.creator != OWN and not list(again.custom_doc_props.names)


def pdf() -> bytes:
    """A page with a photo as a camera wrote it, and all that a PDF can say beside it."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (90, 60, 30)).save(out, "PDF", title=OWN, author=OWN)
    writer = PdfWriter(clone_from=out)
    page = writer.pages[0]
    photo = next(iter(page["/Resources"]["/XObject"].values())).get_object()
    photo._data = segment(0xE1, b"Exif\0\0" + RAW) + RAW
    said = DecodedStreamObject()
    said.set_data(RAW)
    for thing in (photo, page, writer.root_object):
        thing[NameObject("/Metadata")] = writer._add_object(said)
    photo[NameObject("/PieceInfo")] = DictionaryObject({NameObject("/A"): TextStringObject(OWN)})
    writer.add_annotation(0, Text(rect=(0, 0, 9, 9), text=OWN, title_bar=OWN))
    writer.add_attachment("planted.txt", RAW)
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("planted()")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    writer.add_outline_item(title=OWN, page_number=0)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def test_of_a_pdf_its_pages_are_kept() -> None:
    given = pdf()
    assert b"planted" in given
    kept, mime = checked("document", given)
    assert mime == "application/pdf" and b"planted" not in kept and NOTE.encode("utf-16-be") not in kept
    reader = PdfReader(io.BytesIO(kept))
    assert not reader.attachments and not reader.outline and "/Annots" not in reader.pages[0]
    assert set(reader.root_object) == {"/Type", "/Pages"} and list(reader.metadata or {}) == ["/Producer"]
    looks = [PdfReader(io.BytesIO(each)).pages[0].images[0].image for each in (given, kept)]
    assert looks[0].tobytes() == looks[1].tobytes()


def locked() -> bytes:
    writer, out = PdfWriter(clone_from=io.BytesIO(pdf())), io.BytesIO()
    writer.encrypt("planted-word")
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("made", [locked, lambda: b"%PDF-1.4\n%%EOF"], ids=["locked", "empty"])
def test_a_pdf_that_does_not_open_is_not_kept(made: Callable[[], bytes]) -> None:
    with pytest.raises(NotKept, match=evidence.NO_PDF[:12]):
        checked("document", made())


def test_photos_of_many_kinds_keep_their_looks() -> None:
    from bot.files.pdf_cleaner import plain_jpeg

    for more in ({}, {"progressive": True}, {"quality": 20}, {"restart_marker_blocks": 2}, {"comment": RAW}):
        for mode in ("RGB", "L", "CMYK"):
            given = saved("JPEG", "RGB", **more) if mode == "RGB" else _of(mode, more)
            looks = [Image.open(io.BytesIO(each)).tobytes() for each in (given, plain_jpeg(given + RAW))]
            assert looks[0] == looks[1] and RAW not in plain_jpeg(given + RAW)


def _of(mode: str, more: dict[str, object]) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((40, 30), 90).convert("RGB").convert(mode).save(out, "JPEG", **more)
    return out.getvalue()
