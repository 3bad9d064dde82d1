"""Where a unit posted its clip besides: the links of its posts on other platforms."""

from flask import Blueprint, request
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from contest.models import Submission
from contest.services.elsewhere import listing, posts
from contest.services.entry import submissions
from contest.views.shared.entries.counting import count_words
from contest.views.shared.forms import Form
from contest.views.shared.support import SAFE, allows, back_to, current, flash_message, page

bp = Blueprint("unit_posts", __name__, url_prefix="/c/<slug>/unit/entries/<code>/posts")


class LinkForm(Form):
    """The link of a post."""

    url = StringField(
        _l("Đường dẫn bài đăng"),
        [InputRequired(_l("Hãy dán đường dẫn của bài đăng.")), Length(max=2000)],
        render_kw={"inputmode": "url", "autocapitalize": "off"},
    )


def offered(submission: Submission) -> bool:
    """Whether the entry's page leads here."""
    lets = any(one.by_units for one in current.profile.platforms)
    return lets and submission.state in posts.TAKEN_IN


@bp.route("", methods=["GET", "POST"])
@allows("entry.edit", by="unit")
def one(code: str) -> Response:
    """The posts of a clip; one more."""
    submission = submissions.find(current.db, current.contest, code, actor=current.actor)
    form = LinkForm()
    if request.method in SAFE:
        return _page(submission, form)
    with form.taken(lambda status: _page(submission, form, status), field="url"):
        posts.enter(current.db, submission, form.url.data, actor=current.actor, at=current.now)
    flash_message("Đã ghi đường dẫn.", "The link is recorded.")
    return back_to("unit_posts.one", code=code)


def _page(submission: Submission, form: LinkForm, status: int = 200) -> Response:
    rows = listing.of_clips(current.db, current.contest, [submission.id])
    closes = current.profile.schedule.counts_close
    return page(
        "unit/posts.html", status, submission=submission, form=form,
        rows=rows.get(submission.id, []), words=count_words(),
        platforms=posts.open_to(current.profile, current.actor, current.contest),
        is_open=current.now <= closes and submission.state in posts.TAKEN_IN, closes=closes,
    )


@bp.post("/<int:post_id>/withdraw")
@allows("entry.edit", by="unit")
def withdraw(code: str, post_id: int) -> Response:
    submission = submissions.find(current.db, current.contest, code, actor=current.actor)
    post = posts.find(current.db, current.contest, post_id, of=submission)
    posts.withdraw(current.db, post, actor=current.actor, at=current.now)
    flash_message("Đã bỏ đường dẫn.", "The link is taken back.")
    return back_to("unit_posts.one", code=code)
