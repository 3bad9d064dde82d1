"""Templates: the shipped ones are what their script writes; one from outside is vetted first."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document

from contest.docx import package, vetting
from contest.docx.filling import fill
from contest.services.awards import handing_out
from contest.services.results import appraisal_minutes, document_values
from contest.services.results.documents import DESIGNS, PARTICIPATION, SHIPPED
from scripts import document_templates

SAMPLES = document_values.SAMPLES | {
    "appraisal": appraisal_minutes.SAMPLE, **handing_out.SAMPLE,
    **dict.fromkeys(DESIGNS, document_values.SAMPLES["certificates"]),
    **dict.fromkeys(PARTICIPATION.values(), document_values.SAMPLES["participation"]),
}
SAMPLE = SAMPLES["minutes"]
KINDS = sorted(SAMPLES)


def docx(*paragraphs: str) -> bytes:
    """A plain document of these paragraphs."""
    document, out = Document(), io.BytesIO()
    for text in paragraphs:
        document.add_paragraph(text)
    document.save(out)
    return out.getvalue()


def changed(data: bytes, edit: Callable[[dict[str, bytes]], None]) -> bytes:
    """The same package with its parts edited."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    edit(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def words(data: bytes) -> str:
    """The text of the body and of its tables, as a reader sees it."""
    body = Document(io.BytesIO(data)).element.body
    return "\n".join(
        "".join(t.text or "" for t in p.iter("{*}t")) for p in body.iter("{*}p")
    )


def found(data: bytes, kind: str = "minutes") -> list[str]:
    return [fault.vi for fault in vetting.faults(data, SAMPLES[kind])]


# ---------------------------------------------------------------------------- the shipped ones


def test_the_shipped_templates_are_what_the_script_writes(tmp_path: Path) -> None:
    document_templates.main(tmp_path)
    assert sorted(p.name for p in SHIPPED.iterdir()) == [f"{kind}.docx" for kind in KINDS]
    for kind in KINDS:
        with zipfile.ZipFile(SHIPPED / f"{kind}.docx") as kept, zipfile.ZipFile(
            tmp_path / f"{kind}.docx"
        ) as fresh:
            assert {n: kept.read(n) for n in kept.namelist()} == {
                n: fresh.read(n) for n in fresh.namelist()
            }


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_wrong_with_a_shipped_template(kind: str) -> None:
    assert found((SHIPPED / f"{kind}.docx").read_bytes(), kind) == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_open_in_a_filled_paper(kind: str) -> None:
    text = words(fill((SHIPPED / f"{kind}.docx").read_bytes(), SAMPLES[kind]))
    assert not any(mark in text for mark in ("{{", "}}", "{%", "%}"))
    assert SAMPLES[kind]["title"] in text


# ---------------------------------------------------------------------------- filling


def test_a_name_cannot_write_markup_or_commands() -> None:
    """What people type is text: no XML, no Jinja, no character that Word refuses."""
    name = "A & B <w:p/> {{ signer }} \x07\x0c“ngoặc”"
    data = fill(docx("{{ title }}"), {"title": name, "signer": "BÍ THƯ"})
    assert "A & B <w:p/> {{ signer }} “ngoặc”" in words(data)


# ---------------------------------------------------------------------------- from outside


def test_a_good_template_is_taken() -> None:
    data = docx("{{ title }}", "{%p for row in lines %}", "{{ row.unit }}: {{ row.total }}",
                "{%p endfor %}", "{% if draft %}{{ draft|upper }}{% endif %}")
    assert found(data) == []


@pytest.mark.parametrize(("text", "sentence"), [
    ("{{ titel }}", "chỗ điền không biết: {{ titel }}. Có phải {{ title }}?"),
    ("{% for row in lines %}{{ row.unitt }}{% endfor %}", "Có phải {{ row.unit }}?"),
    ("{% if false %}{{ unheard }}{% endif %}", "không biết: {{ unheard }}"),
    ("{{ lines }}", "{{ lines }} là một danh sách"),
    ("{% for row in title %}x{% endfor %}", "“title” không phải danh sách"),
    ("{% for row in lines %}x", "viết sai"),
    ("{{ title", "viết sai"),
    ("{{ title.__class__ }}", "không biết: {{ title.__class__ }}"),
    ("{{ title.upper() }}", "không được phép (Call)"),
    ("{{ 'a' * 1000000000 }}", "không được phép (Mul)"),
    ("{{ lines[0] }}", "không được phép (Getitem)"),
    ("{% for i in range(10) %}x{% endfor %}", "không được phép (Call)"),
    ("{% set x = title %}", "không được phép (Assign)"),
    ("{% include 'x' %}", "không được phép (Include)"),
    ("{% for a in lines %}{% for b in lines %}{% for c in lines %}x{% endfor %}{% endfor %}"
     "{% endfor %}", "không được phép (for)"),
    ("{{ title|pprint }}", "Không điền thử được"),
])
def test_a_wrong_placeholder_is_named(text: str, sentence: str) -> None:
    [fault] = found(docx(text))
    assert sentence in fault


def test_placeholders_in_headers_and_properties_are_looked_at() -> None:
    document, out = Document(), io.BytesIO()
    document.sections[0].header.paragraphs[0].text = "{{ in_header }}"
    document.core_properties.title = "{{ zzz }}"
    document.save(out)
    assert [f.split(": ")[1].rstrip(".") for f in found(out.getvalue())] == [
        "{{ in_header }}", "{{ zzz }}"
    ]


def test_a_large_file_is_refused() -> None:
    [fault] = found(docx("x") + bytes(package.MOST_BYTES))
    assert "được phép đến 5 MB" in fault


def test_a_file_that_unpacks_to_too_much_is_refused() -> None:
    bomb = changed(docx("x"), lambda parts: parts.update({"word/media/a.bin": bytes(60 << 20)}))
    assert len(bomb) < package.MOST_BYTES
    assert "Tệp bung ra thành" in found(bomb)[0]


def test_a_file_of_too_many_parts_is_refused() -> None:
    many = changed(docx("x"), lambda parts: parts.update(
        {f"word/media/{n}.bin": b"" for n in range(package.MOST_PARTS)}
    ))
    assert "phần" in found(many)[0]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"<html></html>", "không".encode()])
def test_what_is_no_zip_is_no_template(data: bytes) -> None:
    assert found(data) == [package._no_docx().fault.vi]


def test_another_zip_is_no_template() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert found(out.getvalue()) == [package._no_docx().fault.vi]


def test_an_old_or_locked_word_file_is_named() -> None:
    [fault] = found(b"\xd0\xcf\x11\xe0" + bytes(600))
    assert "tệp .doc đời cũ hoặc tệp có mật khẩu" in fault


def test_macros_are_refused() -> None:
    data = changed(docx("x"), lambda parts: parts.update({"word/vbaProject.bin": b"x"}))
    assert "macro hoặc đối tượng nhúng" in found(data)[0]


def test_embedded_objects_are_refused() -> None:
    data = changed(docx("x"), lambda parts: parts.update({"word/embeddings/a.bin": b"x"}))
    assert "macro hoặc đối tượng nhúng" in found(data)[0]


@pytest.mark.parametrize("target", ["http://evil.example/x.png", "file:///etc/passwd", "\\\\h\\s"])
def test_links_to_the_outside_are_refused(target: str) -> None:
    relation = (
        f'<Relationship Id="rId99" TargetMode="External" Target="{target}" Type="http://schemas.'
        'openxmlformats.org/officeDocument/2006/relationships/image"/></Relationships>'
    )

    def edit(parts: dict[str, bytes]) -> None:
        name = "word/_rels/document.xml.rels"
        parts[name] = parts[name].replace(b"</Relationships>", relation.encode())

    assert found(changed(docx("x"), edit)) == [
        f"Mẫu có liên kết ra ngoài: {target}. Hãy xoá liên kết (giữ lại chữ) rồi lưu lại."
    ]


def test_another_document_inside_is_refused() -> None:
    relation = (
        b'<Relationship Id="rId99" Target="a.html" Type="http://schemas.openxmlformats.org/'
        b'officeDocument/2006/relationships/aFChunk"/></Relationships>'
    )

    def edit(parts: dict[str, bytes]) -> None:
        name = "word/_rels/document.xml.rels"
        parts[name] = parts[name].replace(b"</Relationships>", relation)

    assert "chèn một tệp khác" in found(changed(docx("x"), edit))[0]


@pytest.mark.parametrize("runs", [
    ('<w:fldSimple w:instr="INCLUDETEXT /etc/passwd"/>'),
    ('<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>INCLUDE</w:instrText></w:r>'
     '<w:r><w:instrText>TEXT "x"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'),
    ('<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>INCLUDETEXT</w:instrText>'
     "</w:r>"),
], ids=["simple", "split", "never_ended"])
def test_fields_that_fetch_are_refused(runs: str) -> None:
    def edit(parts: dict[str, bytes]) -> None:
        parts["word/document.xml"] = parts["word/document.xml"].replace(
            b"<w:r><w:t>x</w:t></w:r>", runs.encode()
        )

    assert "trường “INCLUDETEXT” của Word" in found(changed(docx("x"), edit))[0]


def test_entities_are_refused() -> None:
    def edit(parts: dict[str, bytes]) -> None:
        head, _, rest = parts["word/document.xml"].partition(b"<w:document")
        entity = b'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        parts["word/document.xml"] = head + entity + b"<w:document" + rest

    assert "“word/document.xml” của tệp bị hỏng hoặc không được phép" in found(
        changed(docx("x"), edit)
    )[0]


def test_a_damaged_part_is_named() -> None:
    data = changed(docx("x"), lambda parts: parts.update({"word/styles.xml": b"<w:styles"}))
    assert "“word/styles.xml”" in found(data)[0]


def test_every_fault_is_said_at_once_and_each_once() -> None:
    assert len(found(docx("{{ one_fault }} {{ other_fault }} {{ one_fault }}"))) == 2


@pytest.mark.parametrize(("jury", "counts", "said", "unsaid"), [
    ("40", "60", "gồm 40 điểm giám khảo và 60 điểm tương tác.", "là điểm"),
    ("100", "0", "Tổng điểm 100 là điểm giám khảo. Điểm giám khảo là trung bình", "tương tác"),
    ("0", "100", "Tổng điểm 100 là điểm tương tác. Mỗi cảm xúc tính 1 điểm", "giám khảo"),
])
def test_minutes_name_only_what_has_a_weight(jury, counts, said, unsaid):
    weights = {"jury_weight": jury, "interaction_weight": counts,
               "by_jury": "có" * (jury != "0"), "by_counts": "có" * (counts != "0")}
    text = words(fill((SHIPPED / "minutes.docx").read_bytes(), SAMPLE | weights))
    method = text[text.index("CÁCH TÍNH"):text.index("Đơn vị lấy điểm")]
    assert said in method and unsaid not in method


@pytest.mark.parametrize("kind", ["certificates", "participation"])
def test_a_certificates_page_offers_what_certificates_say(kind: str) -> None:
    """All that the shipped designs use, and nothing that only minutes tell."""
    offered = document_values.offered(kind)
    for name, of in PARTICIPATION.items():
        shipped = (SHIPPED / f"{name if kind == 'certificates' else of}.docx").read_bytes()
        assert vetting.faults(shipped, offered) == []
    of_minutes = {"lines", "jurors", "gaps", "points_cap", "bundle_sha256", "ties"}
    assert of_minutes & set(offered) == set()
    assert document_values.offered("minutes") == SAMPLES["minutes"]


def test_a_certificate_of_participation_has_its_number_and_no_marks() -> None:
    [row] = document_values.offered("participation")["certificates"]
    assert set(row) == {"number", "unit", "title", "code", "authors"}
    faults = vetting.faults(docx("{% for row in certificates %}{{ row.total }}{% endfor %}"),
                         SAMPLES["participation"])
    assert "row.total" in faults[0].vi
