"""The rules section by section; a change goes on to the page that shows it before it is saved."""

import json
from dataclasses import asdict

from flask import Blueprint, request
from flask_babel import ngettext
from werkzeug.wrappers import Response
from wtforms import HiddenField

from contest import profile as rule_files
from contest.errors import DomainError
from contest.services.results import standings
from contest.views.organiser.desk import show_change
from contest.views.organiser.rules.editing import Editing, editing, next_links
from contest.views.organiser.rules.live import BAD, LOOK, Finding, findings
from contest.views.organiser.rules.section_form import shown
from contest.views.shared.forms import Form
from contest.views.shared.rounds import rule_in_words
from contest.views.shared.support import allows, current, page

bp = Blueprint("rules", __name__, url_prefix="/c/<slug>/organiser/rules/sections")


@bp.get("/<part>")
@allows("profile.change")
def section(part: str) -> Response:
    """The rules of one section, to change: this round's, or with ``?round=next`` the next one's."""
    made = _editing(part)
    return _section_page(made, made.form())


@bp.post("/<part>")
@allows("profile.change")
def change(part: str) -> Response:
    """Show what the change does, or what is wrong with it; nothing is stored yet."""
    made = _editing(part)
    form = made.form()
    if not form.validate_on_submit():
        return _section_page(made, form, 422)
    source = made.source(form)
    try:
        rule_files.load(source)
    except DomainError as error:
        form.form_errors = made.faults(error)
        return _section_page(made, form, 422)
    return show_change(source)


@bp.post("/<part>/check")
@allows("profile.change")
def check(part: str) -> Response:
    """JSON, asked while the section is being filled in: what it would be told after saving."""
    made = _editing(part)
    found = findings(made, made.form())
    answer = {"findings": [asdict(one) for one in found], "said": _summary(found)}
    return Response(json.dumps(answer, ensure_ascii=False), mimetype="application/json")


def _editing(part: str) -> Editing:
    return editing(part, request.args.get("round", ""))


def _summary(found: list[Finding]) -> str:
    bad, look = (sum(one.kind == kind for one in found) for kind in (BAD, LOOK))
    parts = [ngettext("%(num)s chỗ cần sửa", "%(num)s chỗ cần sửa", bad)] * (bad > 0)
    parts += [ngettext("%(num)s chỗ nên xem lại", "%(num)s chỗ nên xem lại", look)] * (look > 0)
    return "; ".join(parts)


@bp.post("/preview")
@allows("profile.change")
def as_page() -> Response:
    """The public page of rules as the new rule file would make it; nothing is stored."""
    source = SourceForm().source.data or ""
    profile = rule_files.load(source.replace("\r\n", "\n")).profile
    return page(
        "public/rules.html", profile=profile, revisions=[], grants=[],
        measured=standings.measures_in_words(profile, current.language),
        rounds=rule_in_words(profile),
    )


class SourceForm(Form):
    """A rule file that is not in force yet."""

    source = HiddenField()


def _section_page(made: Editing, form: Form, status: int = 200) -> Response:
    after = current.profile.next_round is not None and made.part == "rounds"
    return page("organiser/rules_section.html", status, form=form, made=made,
                shown=list(shown(form, made.parts)), **(next_links() if after else {}))
