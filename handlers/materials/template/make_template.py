"""Makes material.docx anew (`python handlers/materials/template/make_template.py`), with fonts after GB/T 9704."""

from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

HERE = Path(__file__).with_name("material.docx")
LATIN = "Times New Roman"


def add(part: Any, words: str, font: str, size: float, indent: bool = False) -> Any:
    """A paragraph whose Chinese and Latin fonts are both set; a field in it keeps them."""
    paragraph = part.add_paragraph()
    run = paragraph.add_run(words)
    run.font.name, run.font.size = LATIN, Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)
    paragraph.paragraph_format.line_spacing = Pt(28)
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(2 * size)
    return paragraph


def main() -> None:
    """Write it beside this file."""
    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Cm(3.7), Cm(3.5), Cm(2.8), Cm(2.6)
    add(document, "{{ title }}", "方正小标宋简体", 22).alignment = WD_ALIGN_PARAGRAPH.CENTER
    add(document, "{%p for section in sections %}", "仿宋", 16)
    add(document, "{{ section.title }}", "黑体", 16, indent=True)
    add(document, "{%p for sentence in section.sentences %}", "仿宋", 16)
    add(document, "{{ sentence }}", "仿宋", 16, indent=True)
    add(document, "{%p endfor %}", "仿宋", 16)
    add(document, "{%p endfor %}", "仿宋", 16)
    add(page.footer, "{{ mark }}", "仿宋", 9)
    document.core_properties.author = document.core_properties.comments = ""
    document.save(str(HERE))


if __name__ == "__main__":
    main()
