"""Run by itself, in a box: draws the pages of a document into a folder.

``page_drawing.py FILE FOLDER MOST``: of a PDF ``page-1.jpg`` … for its first MOST pages,
``poster.jpg`` of the first, and ``text.txt`` with all words; of a DOCX the words alone. Prints the
size of each page as JSON, ``[[width, height], …]``. Scripts, forms and links of a PDF do nothing:
what comes out is pixels and letters. Exit status 4: nothing that can be read.
Knows nothing of the house, so that the box need not show it.
"""

import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from lxml import etree
from PIL import Image

WIDTH, HEIGHT = 1240, 2480  # pixels of a page at most: A4 at 150 to the inch
POSTER = (1280, 960)
QUALITY = 82
LONGEST = 2_000_000  # characters
DOCX_XML = 30 * 1024**2  # bytes of a document's main part, unpacked
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
UNREADABLE = 4


def main(source: Path, folder: Path, most: int) -> int:
    try:
        pdf = source.open("rb").read(5) == b"%PDF-"
        sizes, text = _pdf(source, folder, most) if pdf else ([], _docx(source))
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return UNREADABLE
    kept = "".join(c for c in text if c in "\n\t" or c.isprintable())[:LONGEST]
    (folder / "text.txt").write_text(kept.strip() + "\n", "utf-8")
    print(json.dumps(sizes))
    return 0


def _pdf(source: Path, folder: Path, most: int) -> tuple[list[tuple[int, int]], str]:
    document = pypdfium2.PdfDocument(source)
    sizes, texts = [], []
    for number in range(1, min(len(document), most) + 1):
        page = document[number - 1]
        picture = _drawn(page)
        picture.save(folder / f"page-{number}.jpg", "JPEG", quality=QUALITY)
        if number == 1:
            _poster(picture).save(folder / "poster.jpg", "JPEG", quality=QUALITY)
        sizes.append(picture.size)
        words = page.get_textpage()
        texts.append(words.get_text_bounded())
        words.close()
        page.close()
    return sizes, "\n\n".join(texts).replace("\r\n", "\n").replace("\r", "\n")


def _drawn(page: pypdfium2.PdfPage) -> Image.Image:
    width, height = page.get_size()
    scale = min(WIDTH / max(width, 1), HEIGHT / max(height, 1), 4.0)
    picture: Image.Image = page.render(scale=scale, may_draw_forms=False).to_pil()
    return picture.convert("RGB")


def _poster(page: Image.Image) -> Image.Image:
    """The top of the first page, as wide as a still frame of a clip."""
    whole = Image.new("RGB", POSTER, "#e8edf4")
    width = 860
    sheet = page.resize((width, round(page.height * width / page.width)), Image.Resampling.LANCZOS)
    whole.paste(sheet, ((POSTER[0] - width) // 2, 60))
    return whole


def _docx(source: Path) -> str:
    with zipfile.ZipFile(source) as archive:
        part = archive.getinfo("word/document.xml")
        if part.file_size > DOCX_XML:
            raise ValueError("too large")
        with archive.open(part) as file:
            content = file.read(DOCX_XML + 1)
    if len(content) > DOCX_XML:
        raise ValueError("larger than it says")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return "\n".join(_paragraphs(etree.fromstring(content, parser)))


def _paragraphs(root: etree._Element) -> Iterator[str]:
    for paragraph in root.iter(f"{WORD}p"):
        yield "".join(
            "\n" if one.tag == f"{WORD}br" else "\t" if one.tag == f"{WORD}tab" else one.text or ""
            for one in paragraph.iter(f"{WORD}t", f"{WORD}br", f"{WORD}tab")
        )


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
