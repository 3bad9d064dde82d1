"""Near-duplicate clips: the list, both clips side by side, and a reviewer's verdict."""


from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from contest.errors import not_found
from contest.models import SimilarPair, Submission
from contest.permissions import can
from contest.services.checking.leaves import PAGE
from contest.services.checking.leaves import find as find_leaf
from contest.services.entry import checks, reviews, similarity
from contest.services.entry.media import File
from contest.services.entry.similarity import Comparison, Stretch
from contest.views.shared.clips import address, time_code
from contest.views.shared.entries import leaves
from contest.views.shared.entries.leaves import Leaves
from contest.views.shared.forms import Form
from contest.views.shared.media import send
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("similarity", __name__, url_prefix="/c/<slug>/review")


class PairForm(Form):
    """The verdict on a pair of similar clips, and the reason."""

    verdict = RadioField(
        _l("Hai clip này"), validators=[InputRequired(_l("Hãy chọn một kết luận."))],
        choices=[
            SelectChoice(
                similarity.FINE,
                _l("Không phải sao chép (phần chung như nhạc hiệu, hình hiệu, tư liệu)"),
            ),
            SelectChoice(similarity.COPY, _l("Đúng là sao chép")),
        ],
    )
    reason = StringField(
        _l("Lý do"), [InputRequired(_l("Hãy ghi lý do kết luận.")), Length(max=500)],
        description=_l("Lưu trong nhật ký; Ban thẩm định và Ban Tổ chức đọc được."),
    )


@bp.get("/copies")
@allows("review.read")
def listed() -> Response:
    """Open pairs, the most similar first; or the decided ones."""
    decided = request.args.get("list") == "decided"
    found = similarity.listed(current.db, current.contest, decided=decided, number=page_number())
    return page(
        "review/similar.html", found=found, decided=decided, rows=[_row(p) for p in found.rows],
        waiting=similarity.waiting(current.db, current.contest) if decided else found.total,
        pages=neighbours(found),
    )


def _row(pair: SimilarPair) -> dict[str, object]:
    """A pair as seen from this contest's clip; from the later one where both are its own."""
    here = pair.version if _own(pair.version.submission) else pair.other
    seen = similarity.seen(pair, here)
    return _shown(seen)


def _shown(seen: Comparison) -> dict[str, object]:
    """A pair for the templates. ``told``: whether the other clip may be named; ``why``: whether the
    verdict's reason and its author may."""
    told = similarity.may_name(current.actor, seen)
    why = told or similarity.may_read_verdict(current.db, current.actor, seen)
    return {"seen": seen, "words": words(seen), "told": told, "why": why}


def _own(submission: Submission) -> bool:
    return submission.contest_id == current.contest.id


@bp.get("/<code>/copies/<int:pair_id>")
@allows("review.read")
def pair(code: str, pair_id: int) -> Response:
    """Both clips side by side; a button for each matching stretch plays both from its start."""
    return _page(_seen(code, pair_id), PairForm(formdata=None))


@bp.post("/<code>/copies/<int:pair_id>")
@allows("review.decide")
def decide(code: str, pair_id: int) -> Response:
    """Record whether it is a copy, and why."""
    seen, form = _seen(code, pair_id), PairForm()
    if not form.validate_on_submit():
        return _page(seen, form, 422)
    similarity.decide(
        current.db, seen, verdict=form.verdict.data, reason=form.reason.data, actor=current.actor,
        at=current.now,
    )
    flash_message("Đã ghi kết luận về hai clip.", "Your conclusion about the two clips is noted.")
    return back_to("reviews.clip", code=code)


@bp.get("/<code>/copies/<int:pair_id>/clip")
@allows("review.read")
def clip(code: str, pair_id: int) -> Response:
    """The other clip of a pair, which may belong to an earlier contest."""
    made = checks.rendition(current.db, _seen(code, pair_id).there)
    if made is None:
        raise not_found()
    return send(File(made.sha256, made.media_type, "clip.mp4"))


@bp.get("/<code>/copies/<int:pair_id>/page-<int:leaf>.jpg")
@allows("review.read")
def page_of_other(code: str, pair_id: int, leaf: int) -> Response:
    """A page or picture of the other entry of a pair."""
    found = find_leaf(current.db, _seen(code, pair_id).there.id, PAGE, leaf)
    if found is None:
        raise not_found()
    return send(File(found.sha256, found.media_type, "page.jpg"))


def _leaves(seen: Comparison) -> tuple[Leaves, Leaves] | None:
    """What is read of both, where they are no clips."""
    submission = seen.here.submission
    here = leaves.of_version(submission, seen.here)
    if here is None:
        return None
    return here, leaves.shown(here.kind, seen.there.id, lambda number: url_for(
        "similarity.page_of_other", slug=current.contest.slug, code=submission.code,
        pair_id=seen.pair.id, leaf=number,
    ))


def _seen(code: str, pair_id: int) -> Comparison:
    return similarity.find(
        current.db, reviews.find(current.db, current.contest, code, actor=current.actor), pair_id
    )


def _page(seen: Comparison, form: PairForm, status: int = 200) -> Response:
    submission = seen.here.submission
    src, other = _addresses(seen)
    return page(
        "review/similar_pair.html", status, submission=submission, form=form, src=src, other=other,
        stretches=[stretch(s) for s in (seen.picture or seen.sound)],
        heard=[stretch(s) for s in seen.sound] if seen.picture else [],
        read=_leaves(seen), **_shown(seen),
        may_decide=can(current.actor, "review.decide", submission),
    )


def _addresses(seen: Comparison) -> tuple[str, str]:
    """The addresses of both renditions; empty while one is still being made."""
    slug, submission = current.contest.slug, seen.here.submission
    here = (
        address(submission, seen.here, "rendition")
        if checks.rendition(current.db, seen.here)
        else ""
    )
    there = url_for("similarity.clip", slug=slug, code=submission.code, pair_id=seen.pair.id)
    return here, there if checks.rendition(current.db, seen.there) else ""


def stretch(found: Stretch) -> dict[str, object]:
    """A matching stretch with its starts and time codes in both clips."""
    return {
        "here": found.here, "there": found.there,
        "here_code": f"{time_code(found.here)}–{time_code(found.here + found.seconds)}",
        "there_code": f"{time_code(found.there)}–{time_code(found.there + found.seconds)}",
    }


def words(seen: Comparison) -> str:
    """The similarity of two clips in words."""
    alike = seen.pair.data.get("alike")
    if alike:
        said = _("Trùng lời văn") if alike == "text" else _("Có ảnh giống nhau")
        return f"{said}, {_share(seen)}"
    kinds = {
        "both": _("Giống cả hình và tiếng"), "picture": _("Giống hình"), "sound": _("Giống tiếng"),
    }
    mirrored = _("hình lật gương") if seen.pair.data.get("mirrored") else ""
    return ", ".join(filter(None, (kinds[seen.pair.kind], mirrored, _share(seen))))


def _share(seen: Comparison) -> str:
    return str(_("trùng %(percent)s %%", percent=round(100 * seen.pair.score)))


def summary(submission: Submission) -> dict[str, object]:
    """Values on near-duplicates for the reviewer's page of one clip."""
    assert submission.version is not None  # noqa: S101 - `reviews.find` gives entries with a clip
    found = similarity.of_version(current.db, submission.version)
    repeats = similarity.repeats(current.db, submission.version)
    return {
        "alarms": [_shown(s) for s in _once([s for s in found if not s.same_submission])],
        "own": [_shown(s) for s in found if s.same_submission],
        "repeats": repeats and {
            "lag": round(repeats["lag"]), "percent": round(100 * repeats["share"]),
        },
        "compared": similarity.compared(current.db, submission.version),
    }


def _once(found: list[Comparison]) -> list[Comparison]:
    """Each other entry once: its clip in force, else the most similar of those it sent."""
    best: dict[int, Comparison] = {}
    for one in sorted(found, key=lambda s: s.there.submission.version_id != s.there.id):
        best.setdefault(one.there.submission_id, one)
    return sorted(best.values(), key=lambda s: -s.pair.score)
