"""Who goes on to the next round, and beginning it in one step."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField

from contest.services.advancing import advancing
from contest.views.organiser.awards.refusals import Refused, beside
from contest.views.organiser.rules.editing import next_links
from contest.views.shared.forms import Form
from contest.views.shared.rounds import promoted, rule_in_words
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("next_round", __name__, url_prefix="/c/<slug>/organiser/next-round")


class BeginForm(Form):
    """What the rules leave open."""

    same_jury = BooleanField(_l("Giám khảo của vòng này chấm cả vòng sau"), default=True)


@bp.get("")
@allows("organiser.read")
def overview() -> Response:
    """Who goes on by the newest final result, and what the next round will be."""
    return _page(BeginForm(formdata=None))


@bp.post("")
@allows("result.publish")
def begin() -> Response:
    """Make the next contest with its units and entries."""
    form = BeginForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    with beside("begin", lambda status, refused: _page(form, status, refused)):
        advancing.begin(current.db, current.contest, same_jury=bool(form.same_jury.data),
                        actor=current.actor, at=current.now)
    flash_message("Vòng sau đã mở, các bài đã được chuyển sang.",
                  "The next round has begun; the entries are there.")
    return back_to("next_round.overview")


def _page(form: BeginForm, status: int = 200, refused: Refused | None = None) -> Response:
    db, contest = current.db, current.contest
    found = advancing.going_on(db, contest, actor=current.actor)
    _, after = advancing.next_rules(contest)
    return page(
        "organiser/next_round.html", status, form=form, found=found, after=after, refused=refused,
        rule=rule_in_words(current.profile),
        lines=promoted(found.result, found.promotion) if found else [], **next_links(),
    )
