"""The rules section by section; a change goes on to the page that shows it before it is saved."""

import json
from dataclasses import asdict

from flask import Blueprint
from flask_babel import ngettext
from werkzeug.wrappers import Response
from wtforms import HiddenField

from contest import profile as rule_files
from contest.errors import DomainError, not_found
from contest.services.results import standings
from contest.services.rules.fields import SECTIONS
from contest.services.rules.toml_editing import edited
from contest.services.rules.words import SECTIONS as TITLES
from contest.services.rules.words import label_of
from contest.views.organiser.desk import show_change
from contest.views.organiser.rules.live import BAD, LOOK, Finding, findings
from contest.views.organiser.rules.section_form import changed, form_for, shown
from contest.views.shared.forms import Form
from contest.views.shared.rounds import rule_in_words
from contest.views.shared.support import allows, current, own_or_404, page

bp = Blueprint("rules", __name__, url_prefix="/c/<slug>/organiser/rules/sections")


@bp.get("/<part>")
@allows("profile.change")
def section(part: str) -> Response:
    """The rules of one section, to change."""
    _known(part)
    return _section_page(form_for(part, current.profile), part)


@bp.post("/<part>")
@allows("profile.change")
def change(part: str) -> Response:
    """Show what the change does, or what is wrong with it; nothing is stored yet."""
    _known(part)
    form = form_for(part, current.profile)
    if not form.validate_on_submit():
        return _section_page(form, part, 422)
    source = edited(
        own_or_404(current.contest.revision).source, changed(form, part, current.profile)
    )
    try:
        rule_files.load(source)
    except DomainError as error:
        form.form_errors = _faults(error)
        return _section_page(form, part, 422)
    return show_change(source)


@bp.post("/<part>/check")
@allows("profile.change")
def check(part: str) -> Response:
    """JSON, asked while the section is being filled in: what it would be told after saving."""
    _known(part)
    found = findings(form_for(part, current.profile), part)
    answer = {"findings": [asdict(one) for one in found], "said": _summary(found)}
    return Response(json.dumps(answer, ensure_ascii=False), mimetype="application/json")


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


def _known(name: str) -> None:
    if name not in SECTIONS:
        raise not_found()


def _faults(error: DomainError) -> list[str]:
    """The faults of a rule file, each with the rule's name."""
    said = []
    for fault in error.data.get("faults", []):
        label = label_of(fault["key"])
        name = label.en if current.language == "en" else label.vi
        said.append(f"{name}: {fault[current.language]}")
    return said or [error.message(current.language)]


def _section_page(form: Form, name: str, status: int = 200) -> Response:
    return page(
        "organiser/rules_section.html", status, form=form, part=name, shown=list(shown(form, name)),
        titles={key: label.en if current.language == "en" else label.vi
                for key, label in TITLES.items()},
    )
