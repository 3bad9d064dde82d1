"""PDFs and Word documents by recipe, each with the verdict that was decided before it was made."""

from __future__ import annotations

from PIL import Image

from tests.media_checks.files.document_recipes import (
    LETTER,
    SAID,
    archive,
    bomb,
    composite,
    deleted,
    joined,
    laughs,
    locked,
    no_printing,
    office,
    pdf,
    related,
    rewritten,
    round_tree,
    scan,
    with_field,
    with_font,
    with_macros,
    with_part,
    with_writer,
    word,
    zip_bomb,
)
from tests.media_checks.files.made import Made
from tests.media_checks.files.pictures_made import part, saved

POLICY = {
    "name": "ideas",
    "kind": "document",
    "rules": {
        "intact": {"level": "hard"},
        "format": {"level": "hard"},
        "file_size": {"level": "hard", "max_mb": 0.5},
        "pages": {"level": "hard", "min": 1, "max": 3},
        "words": {"level": "hard", "min": 10, "max": 200},
        "paper": {"level": "hard"},
        "fonts_embedded": {"level": "soft"},
        "old_fonts": {"level": "soft"},
        "letters": {"level": "hard"},
        "scanned": {"level": "hard"},
        "active": {"level": "hard"},
        "attachments": {"level": "hard"},
        "links": {"level": "soft", "max": 1},
    },
}
JS = "<< /S /JavaScript /JS (app.alert(1)) >>"
LAUNCH = "<< /S /Launch /F (cmd.exe) >>"
SUBMIT = "<< /S /SubmitForm /F (http://example.org/x) >>"


def uri(n: int) -> str:
    return f"<< /Subtype /Link /A << /S /URI /URI (https://example.org/{n}) >> >>"


LONG = " ".join(["chu"] * 150)
DOCUMENTS = [
    Made("good.pdf", "pass", "", pdf),
    Made("good.docx", "pass", "", word),
    Made("junk-before.pdf", "pass", "", lambda: b"\r\n\r\n" + pdf()),
    Made("three-pages.pdf", "pass", "", lambda: pdf([SAID] * 3)),
    Made("four-pages.pdf", "fail", "pages", lambda: pdf([SAID] * 4)),
    Made("four-pages.docx", "look", "pages", lambda: word(pages=4)),
    Made("pages-unknown.docx", "look", "pages", lambda: word(pages=None)),
    Made("few-words.pdf", "fail", "words", lambda: pdf(["Chi co bon chu"])),
    Made("many-words.docx", "fail", "words", lambda: word([LONG, LONG])),
    Made("struck-out.docx", "pass", "", deleted),
    Made("letter.pdf", "fail", "paper", lambda: pdf(size=LETTER)),
    Made("letter.docx", "fail", "paper", lambda: word(paper=(216, 279))),
    Made("across.pdf", "pass", "", lambda: pdf(size=(842, 595))),
    Made("turned.pdf", "pass", "", lambda: pdf(page="/Rotate 90")),
    Made("cropped.pdf", "fail", "paper", lambda: pdf(page="/CropBox [100 100 400 400]")),
    Made("large-unit.pdf", "pass", "", lambda: pdf(size=(297.5, 421), page="/UserUnit 2")),
    Made("font-missing.pdf", "look", "fonts_embedded", with_font("Arial", embedded=False)),
    Made("font-held.pdf", "pass", "", with_font("ABCDEF+Arial", embedded=True)),
    Made("font-in-drawing.pdf", "look", "fonts_embedded", composite("Tahoma", embedded=False)),
    Made("font-in-drawing-held.pdf", "pass", "", composite("Tahoma", embedded=True)),
    Made("old-font.pdf", "look", "old_fonts", with_font(".VnTime", embedded=True)),
    Made("old-font.docx", "look", "old_fonts", lambda: word(font="VNI-Times")),
    Made("odd-letters.docx", "fail", "letters", lambda: word([SAID, "\ue012\ue034 " * 20])),
    Made("scan.pdf", "fail", "scanned words", lambda: scan(2)),
    Made("half-scanned.pdf", "pass", "", lambda: joined(pdf(), scan())),
    Made("two-of-three-scanned.pdf", "fail", "scanned", lambda: joined(pdf(), scan(2))),
    Made("picture-alone.docx", "fail", "scanned words", lambda: word([], picture=True)),
    Made("with-picture.docx", "pass", "", lambda: word(picture=True)),
    Made(
        "script.pdf",
        "fail",
        "active",
        lambda: pdf(root=f"/Names << /JavaScript << /Names [(a) {JS}] >> >>"),
    ),
    Made("script-on-opening.pdf", "fail", "active", lambda: pdf(root=f"/OpenAction {JS}")),
    Made("script-of-page.pdf", "fail", "active", lambda: pdf(page=f"/AA << /O {JS} >>")),
    Made("launches.pdf", "fail", "active", lambda: pdf(page=f"/AA << /O {LAUNCH} >>")),
    Made("sends.pdf", "fail", "active", lambda: pdf(more=[SUBMIT.encode()])),
    Made("scripted-form.pdf", "fail", "active", lambda: pdf(root="/AcroForm << /XFA 10 0 R >>")),
    Made("film.pdf", "fail", "active", lambda: pdf(page="/Annots [<< /Subtype /RichMedia >>]")),
    Made(
        "packed-script.pdf",
        "fail",
        "active",
        with_writer(lambda w: w.compress_identical_objects(), root=f"/OpenAction {JS}"),
    ),
    Made(
        "attached.pdf",
        "fail",
        "attachments",
        with_writer(lambda w: w.add_attachment("a.exe", b"MZ")),
    ),
    Made("one-link.pdf", "pass", "", lambda: pdf(page=f"/Annots [{uri(1)}]")),
    Made(
        "three-links.pdf", "look", "links", lambda: pdf(page=f"/Annots [{uri(1)}{uri(2)}{uri(3)}]")
    ),
    Made("no-printing.pdf", "pass", "", with_writer(no_printing)),
    Made("locked.pdf", "unreadable", "", with_writer(locked)),
    Made("cut-off.pdf", "unreadable", "", part(lambda: pdf([SAID] * 3))),
    Made(
        "page-missing.pdf",
        "fail",
        "intact",
        lambda: pdf([SAID] * 3).replace(b"102 0 R 104", b"999 0 R 104"),
    ),
    Made("padded.pdf", "pass", "", lambda: pdf() + bytes(9000)),
    Made("bomb.pdf", "fail", "intact words", bomb),
    Made("round-tree.pdf", "unreadable", "", round_tree),
    Made("head-alone.pdf", "unreadable", "", lambda: b"%PDF-1.7\n"),
    Made("macros.docm", "fail", "format active", with_macros(renamed=False)),
    Made("macros-called.docx", "fail", "format active", with_macros(renamed=True)),
    Made("template.docx", "fail", "active", related("attachedTemplate", "http://example.org/")),
    Made("remote-picture.docx", "fail", "active", related("image", "http://example.org/")),
    Made("five-links.docx", "look", "links", related("hyperlink", "http://example.org/", 5)),
    Made("dde.docx", "fail", "active", with_field("DDEAUTO c:\\\\windows\\\\cmd.exe")),
    Made("dde-split.docx", "fail", "active", with_field("DD</w:instrText><w:instrText>E cmd")),
    Made(
        "dde-simple.docx", "fail", "active", lambda: with_part("<w:fldSimple w:instr='DDE cmd'/>")
    ),
    Made("from-share.docx", "fail", "active", with_field("INCLUDEPICTURE \\\\server\\x.png")),
    Made("page-number.docx", "pass", "", with_field("PAGE \\* MERGEFORMAT")),
    Made(
        "control.docx",
        "fail",
        "active",
        lambda: rewritten(word(), added={"word/activeX/activeX1.xml": b"<x/>"}),
    ),
    Made(
        "page-within.docx",
        "fail",
        "attachments",
        lambda: rewritten(word(), added={"word/afchunk.mht": b"MIME-Version: 1.0"}),
    ),
    Made("old-code.docx", "fail", "letters", lambda: word(["§oµn Thanh niªn Céng s¶n " * 3])),
    Made(
        "embedded.docx",
        "fail",
        "attachments",
        lambda: rewritten(word(), added={"word/embeddings/oleObject1.bin": b"MZ"}),
    ),
    Made(
        "chart.docx",
        "pass",
        "",
        lambda: rewritten(word(), added={"word/embeddings/sheet1.xlsx": b"PK"}),
    ),
    Made("cut-off.docx", "unreadable", "", part(word)),
    Made("zip-bomb.docx", "unreadable", "", zip_bomb),
    Made("laughs.docx", "unreadable", "", laughs),
    Made("locked.docx", "unreadable", "", office("EncryptedPackage")),
    Made("old.doc", "unreadable", "", office("WordDocument")),
    Made("sheet.docx", "unreadable", "", lambda: archive(**{"xl/workbook.xml": b"<x/>"})),
    Made(
        "open.odt",
        "unreadable",
        "",
        lambda: archive(mimetype=b"application/vnd.oasis.opendocument.text"),
    ),
    Made("pack.zip", "unreadable", "", lambda: archive(**{"bai.txt": b"x"})),
    Made("rich.rtf", "unreadable", "", lambda: b"{\\rtf1 x}"),
    Made("picture.pdf", "unreadable", "", lambda: saved(Image.new("RGB", (9, 9)), "PNG")),
    Made("plain.pdf", "unreadable", "", lambda: b"Chi la van ban thuong"),
    Made("empty.pdf", "unreadable", "", lambda: b""),
]
