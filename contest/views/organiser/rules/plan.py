"""From the plan's file to the rule file: read, look at each value, take, then create."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Blueprint, request
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from itsdangerous import BadSignature
from werkzeug.wrappers import Response
from wtforms import HiddenField

from contest import profile as rule_files
from contest.errors import DomainError, Invalid
from contest.services.desk import setup
from contest.services.rules import drafting
from contest.views.organiser.rules.draft_form import (
    MOST_SOURCE,
    DraftForm,
    beside_rows,
    form_for,
    label_of,
    shown,
)
from contest.views.organiser.setup import RulesForm
from contest.views.shared.forms import Form
from contest.views.shared.kept_files import LIFE_S, received
from contest.views.shared.support import allows, current, page

bp = Blueprint("plan", __name__, url_prefix="/setup/plan")


class PlanForm(Form):
    """The plan's file."""

    file = FileField(
        _l("Tệp kế hoạch"), [FileRequired(_l("Hãy chọn tệp kế hoạch."))],
        description=_l("Word (.docx), PDF có chữ hoặc văn bản .txt, đến 15 MB."),
        render_kw={"accept": ".docx,.pdf,.txt"},
    )


class TokenForm(Form):
    """The signed draft that a page sends back."""

    token = HiddenField()


@bp.get("")
@allows("contest.create")
def start() -> Response:
    """The form for the plan's file."""
    return page("organiser/plan.html", form=PlanForm())


@bp.post("")
@allows("contest.create")
def read() -> Response:
    """Read the plan in a box and show each value with its sentence; nothing is stored."""
    form = PlanForm()
    with form.taken(lambda status: page("organiser/plan.html", status, form=form), "file"):
        with _received(form) as path:
            draft = _bounded(current.platform.plans.read(path))
        filled = form_for(draft, formdata=None, slug=_slug(draft), token=_serializer().dumps(draft))
        return _draft_page(filled, draft)
    raise AssertionError


@bp.post("/rules")
@allows("contest.create")
def adopt() -> Response:
    """Put what was taken into the template and show the rule file whole, before it is created."""
    draft = _draft(TokenForm().token.data)
    form = form_for(draft)
    if "more" in request.form:
        return _draft_page(form.with_rows(draft), draft)
    if form.lacking(draft) | (not form.validate_on_submit()):
        form.lacking(draft)
        return _draft_page(form, draft, 422)
    said = form.adopted(draft)
    beside = {value["key"]: value["value"] for value in draft["beside"]}
    bases = drafting.bases_of(
        beside, said.get("contest.organiser.vi", ""), said.get("contest.title.vi", "")
    )
    source = drafting.rule_file(_template(), said, slug=form.slug.data, bases=bases)
    try:
        rule_files.load(source)
    except DomainError as error:
        faults = error.data.get("faults", [])
        lines = [f"{fault['key']}: {fault[current.language]}" for fault in faults]
        form.form_errors = lines or [error.message(current.language)]
        return _draft_page(form, draft, 422)
    return page("organiser/setup.html", form=RulesForm.made(source), taken=len(said))


@contextmanager
def _received(form: PlanForm) -> Iterator[Path]:
    """The file on disk, and away again afterwards. Raises what the antivirus says."""
    path = received(form.file.data)
    try:
        yield path
    finally:
        path.unlink()


def _bounded(draft: dict[str, Any]) -> dict[str, Any]:
    """The draft with its sentences cut to what a page shows."""
    for value in (*draft["values"], *draft["beside"], *draft["doubts"]):
        value["source"] = value["source"][:MOST_SOURCE]
        value["others"] = [
            {**other, "source": other["source"][:MOST_SOURCE]}
            for other in value.get("others", [])[:3]
        ]
    return draft


def _slug(draft: dict[str, Any]) -> str:
    found = {value["key"]: value["value"] for value in draft["values"]}
    year = str(found.get("schedule.entries_close", current.now.isoformat()))[:4]
    organiser, title = (str(found.get(f"contest.{n}.vi", "")) for n in ("organiser", "title"))
    return drafting.slug_for(organiser, title, year)


def _draft(token: str | None) -> dict[str, Any]:
    try:
        draft: dict[str, Any] = _serializer().loads(token or "", max_age=LIFE_S)
    except BadSignature:
        raise Invalid(
            "Bản nháp đã quá cũ. Hãy chọn lại tệp kế hoạch.",
            "The draft is too old. Choose the plan's file again.",
        ) from None
    return draft


def _serializer() -> Any:
    return current.platform.keys.serializer("plan-draft")


def _template() -> str:
    return drafting.template_of(setup.reference_source())


def _draft_page(form: DraftForm, draft: dict[str, Any], status: int = 200) -> Response:
    others = [
        (label_of(gap.key), shown(gap.template))
        for gap in drafting.gaps(_template(), draft["missing"]) if gap.template is not None
    ]
    return page(
        "organiser/plan_draft.html", status, form=form, rows=list(form.rows(draft)),
        unsaid=form.unsaid(draft), from_template=others, beside=beside_rows(draft),
        doubts=[
            (doubt[f"message_{current.language}"], doubt["source"]) for doubt in draft["doubts"]
        ],
    )
