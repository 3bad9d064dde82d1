"""Whether an uploaded template may be used: its package, its placeholders, a trial filling.

Placeholders are checked by their syntax tree against a sample of the values, so that mistakes in
rarely taken branches are found too. No calls, no arithmetic, loops at most two deep: a template
can neither run for long nor reach anything but its values.
"""

import difflib
import io
from collections.abc import Iterator, Mapping

from docxtpl import DocxTemplate
from jinja2 import TemplateSyntaxError, nodes

from contest.docx.filling import Qr, environment, fill
from contest.docx.package import Fault, Refused, acting, unpack

PLAIN = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.If, nodes.CondExpr,
    nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand, nodes.Filter, nodes.Test,
)
LOOP = {"first": "", "last": "", "index": "", "length": ""}
DEEPEST = 2
FOOTNOTES = "wordprocessingml.footnotes+xml"
PROPERTIES = ("author", "comments", "identifier", "language", "subject", "title")
Scope = Mapping[str, object]


def faults(data: bytes, sample: Scope) -> list[Fault]:
    """All faults of the template ``data``; ``sample`` has the values that a template may use."""
    try:
        found = acting(unpack(data))
    except Refused as refused:
        return [refused.fault]
    if found:
        return list(dict.fromkeys(found))
    try:
        found = [fault for source in _sources(data) for fault in _placeholders(source, sample)]
        if not found:
            fill(data, sample)
    except Exception as error:  # a malformed DOCX may break the library anywhere
        found = [_unreadable(error)]
    return list(dict.fromkeys(found))


def _unreadable(error: Exception) -> Fault:
    why = f"{type(error).__name__}: {error}"[:200]
    return Fault(
        f"Không điền thử được mẫu này ({why}). Hãy bắt đầu lại từ mẫu có sẵn.",
        f"A trial filling of this template failed ({why}). Start again from the shipped template.",
    )


def _sources(data: bytes) -> Iterator[str]:
    """Every text of the file that is filled, as it is passed to Jinja."""
    template = DocxTemplate(io.BytesIO(data))
    template.init_docx()
    yield template.patch_xml(template.get_xml())
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        for _, part in template.get_headers_footers(uri):
            yield template.patch_xml(template.get_part_xml(part))
    for part in template.docx.part.package.iter_parts():
        if part.content_type.endswith(FOOTNOTES):
            yield template.patch_xml(part.blob.decode("utf-8"))
    for name in PROPERTIES:
        yield getattr(template.docx.core_properties, name)


def _placeholders(source: str, sample: Scope) -> list[Fault]:
    try:
        tree = environment().parse(source)
    except TemplateSyntaxError as error:
        return [Fault(
            f"Một lệnh trong dấu {{% %}} hoặc {{{{ }}}} viết sai: {error.message} Hãy so với mẫu "
            "có sẵn.",
            f"A command in {{% %}} or {{{{ }}}} is miswritten: {error.message} Compare it with "
            "the shipped template.",
        )]
    return list(_walk(tree, sample, 0))


def _walk(node: nodes.Node, scope: Scope, depth: int) -> Iterator[Fault]:
    if isinstance(node, nodes.For):
        yield from _loop(node, scope, depth)
    elif isinstance(node, nodes.Name | nodes.Getattr):
        yield from _resolved(node, scope)[1]
    elif isinstance(node, PLAIN):
        for child in node.iter_child_nodes():
            yield from _walk(child, scope, depth)
            if isinstance(node, nodes.Output):
                yield from _shown(child, scope)
    else:
        yield _not_allowed(type(node).__name__)


def _loop(node: nodes.For, scope: Scope, depth: int) -> Iterator[Fault]:
    if not isinstance(node.target, nodes.Name) or node.recursive or depth >= DEEPEST:
        yield _not_allowed("for")
        return
    values, found = _resolved(node.iter, scope)
    yield from found
    if not found and not isinstance(values, list):
        yield _no_list(_written(node.iter))
    one = values[0] if isinstance(values, list) and values else None
    inner = {**scope, node.target.name: one, "loop": LOOP}
    for child in [*node.body, *node.else_, *([node.test] if node.test else [])]:
        yield from _walk(child, inner, depth + 1)


def _resolved(node: nodes.Node, scope: Scope) -> tuple[object, list[Fault]]:
    """The sample value of a name; or None, with the faults."""
    if isinstance(node, nodes.Name):
        return _member(scope, node.name, "")
    if isinstance(node, nodes.Getattr):
        owner, found = _resolved(node.node, scope)
        if found or owner is None:  # reported already, or inside a loop that was refused
            return None, found
        return _member(owner, node.attr, f"{_written(node.node)}.")
    return None, [_not_allowed(type(node).__name__)]


def _member(owner: object, name: str, before: str) -> tuple[object, list[Fault]]:
    if isinstance(owner, Mapping) and name in owner:
        return owner[name], []
    known = list(owner) if isinstance(owner, Mapping) else []
    near = difflib.get_close_matches(name, known, 1)
    vi = f" Có phải {{{{ {before}{near[0]} }}}}?" if near else ""
    en = f" Did you mean {{{{ {before}{near[0]} }}}}?" if near else ""
    return None, [Fault(
        f"Mẫu có chỗ điền không biết: {{{{ {before}{name} }}}}.{vi}",
        f"The template has an unknown placeholder: {{{{ {before}{name} }}}}.{en}",
    )]


def _shown(node: nodes.Node, scope: Scope) -> Iterator[Fault]:
    """A fault where a list is printed instead of iterated over."""
    if isinstance(node, nodes.Name | nodes.Getattr):
        value, found = _resolved(node, scope)
        if not found and not isinstance(value, str | int | Qr | None):
            name = _written(node)
            yield Fault(
                f"{{{{ {name} }}}} là một danh sách: hãy dùng {{% for … in {name} %}}.",
                f"{{{{ {name} }}}} is a list: use {{% for … in {name} %}}.",
            )


def _written(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    return f"{_written(node.node)}.{node.attr}" if isinstance(node, nodes.Getattr) else "…"


def _no_list(name: str) -> Fault:
    return Fault(
        f"{{% for … in {name} %}}: “{name}” không phải danh sách.",
        f'{{% for … in {name} %}}: "{name}" is not a list.',
    )


def _not_allowed(what: str) -> Fault:
    return Fault(
        f"Mẫu dùng lệnh không được phép ({what}). Chỉ dùng chỗ điền, {{% if %}} và {{% for %}} "
        "lồng nhau nhiều nhất hai lần.",
        f"The template uses a command that is not allowed ({what}). Use placeholders, {{% if %}} "
        "and {% for %}, loops at most two deep.",
    )
