"""Public pages: the contest, its rules, its clips. Results are in ``published``."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from flask import Blueprint, Response, redirect, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from contest.drawing import stills
from contest.errors import Conflict, not_found
from contest.languages import write_date, write_deadline
from contest.models import Result
from contest.services.core import profiles
from contest.services.desk import calendar, public, watching
from contest.services.desk.public import Phase, Step
from contest.services.entry.media import File
from contest.services.results import standings
from contest.services.units import time_grants
from contest.views.public import share_cards
from contest.views.shared import media
from contest.views.shared.entries import leaves
from contest.views.shared.entries.counting import count_words
from contest.views.shared.entries.leaves import Leaves
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.privacy import words
from contest.views.shared.rounds import rule_in_words
from contest.views.shared.support import allows, current, page

bp = Blueprint("public", __name__)
FIRST_CLIPS = 6  # on the contest's page
POSTER_LIFE = 24 * 3600  # seconds; a poster's address carries its content's hash


def _published() -> Result | None:
    return standings.newest(current.db, current.contest)


@bp.app_template_filter("last_day")
def last_day(moment: datetime) -> str:
    """Filter: a deadline at midnight in the plan's style, “hết ngày 10/6/2023” (plan II.1)."""
    return write_deadline(moment, current.profile.schedule.zone, current.language)


@bp.app_template_filter("end_date")
def end_date(moment: datetime) -> str:
    """Filter: the last day of a period; where it ends at midnight, the day before."""
    zone = current.profile.schedule.zone
    return write_date(moment - timedelta(microseconds=1), zone, current.language)


@bp.get("/")
@allows("public.read")
def home() -> BaseResponse:
    """The only contest, or a list of contests; on an empty installation, how to begin."""
    contests = profiles.public_contests(current.db)
    if len(contests) == 1:
        return redirect(url_for("public.contest", slug=contests[0].slug))
    known = [(contest, profiles.profile_of(contest)) for contest in contests]
    return page("public/home.html", contests=known)


@bp.get("/c/<slug>/")
@allows("public.read")
def contest() -> BaseResponse:
    """The contest's page: phase, countdown, what to do now, the first clips."""
    profile, at = current.profile, current.now
    result = _published()
    return page(
        "public/contest.html",
        phase=public.phase_of(profile, at=at, published=result is not None),
        steps=written_steps(public.steps(profile, at=at, published=result is not None)),
        deadline=public.next_deadline(profile, at=at),
        clips=public.clips(current.db, current.contest, most=FIRST_CLIPS),
        clip_count=public.count(current.db, current.contest),
        result=result,
        card=share_cards.contest_address(),
        push_key="" if current.contest.trial_of else current.platform.pusher.public,
    )


@bp.get("/c/<slug>/rules")
@allows("public.read")
def rules() -> BaseResponse:
    """The rules in plain words, generated from the profile in force."""
    return page(
        "public/rules.html",
        measured=standings.measures_in_words(current.profile, current.language),
        rounds=rule_in_words(current.profile),
        revisions=profiles.revisions(current.db, current.contest),
        periods=words.periods(current.profile),
        grants=time_grants.of_contest(current.db, current.contest),
    )


@bp.get("/c/<slug>/rules.toml")
@allows("public.read")
def profile_source() -> Response:
    """The source of the profile in force."""
    revision = current.contest.revision
    if revision is None:
        raise not_found()
    return Response(revision.source, content_type="application/toml; charset=utf-8")


@bp.get("/c/<slug>/clips")
@allows("public.read")
def clips() -> BaseResponse:
    """The gallery, a page at a time."""
    words, kind = request.args.get("q", "").strip(), request.args.get("show", "")
    kinds = current.profile.form.kinds
    kind = kind if kind in kinds else ""
    found = public.gallery(
        current.db, current.contest, words=words, kind=kind, number=page_number()
    )
    return page(
        "public/clips.html", found=found, words=words, kind=kind, kinds=_choices(kinds),
        pages=neighbours(found),
    )


def _choices(kinds: Sequence[str]) -> dict[str, str]:
    """The kinds of entries to narrow the gallery to; none where there is but one."""
    said = {"individual": _("Của cá nhân"), "team": _("Của tập thể")}
    return {kind: said[kind] for kind in said if kind in kinds and len(kinds) > 1}


@bp.get("/c/<slug>/clips/<code>")
@allows("public.read")
def clip(code: str) -> BaseResponse:
    return page(
        "public/clip.html",
        clip=public.clip(current.db, current.contest, code),
        answers=public.answers_to(current.db, current.contest, code, current.language),
        film=watching.film(current.db, current.contest, code, at=current.now),
        posts=public.posts_of(current.db, current.contest, code), words=count_words(),
        subtitles={
            language: url_for("public.captions", slug=current.contest.slug, code=code,
                              language=language)
            for language in watching.subtitles(current.db, current.contest, code, at=current.now)
        },
        leaves=_leaves(code),
        result=_published(),
        card=share_cards.clip_address(code),
    )


def _leaves(code: str) -> Leaves | None:
    """The pages, pictures or text of an entry that everybody may read here now."""
    kind = current.profile.entry.kind
    version = watching.version_shown(current.db, current.contest, code, at=current.now)
    if version is None:
        return None
    return leaves.shown(kind, version, lambda number: url_for(
        "public.leaf", slug=current.contest.slug, code=code, leaf=number
    ))


@bp.get("/c/<slug>/clips/<code>/page-<int:leaf>.jpg")
@allows("public.read")
def leaf(code: str, leaf: int) -> BaseResponse:
    """A page or picture of a published entry, as we drew it."""
    public.clip(current.db, current.contest, code)
    found = watching.leaf(current.db, current.contest, code, leaf, at=current.now)
    if found is None:
        raise Conflict("Bài này không mở đọc ở đây.", "This entry is not open to be read here.")
    return media.send(found)


@bp.get("/c/<slug>/clips/<code>/film.mp4")
@allows("public.read")
def film(code: str) -> BaseResponse:
    """A published clip to watch here, with Range, as the private pages get it."""
    return media.send(_film(code))


def _film(code: str) -> File:
    public.clip(current.db, current.contest, code)  # 404 for one that is not on the Page
    found = watching.film(current.db, current.contest, code, at=current.now)
    if found is None:
        raise Conflict("Clip này chỉ xem trên Fanpage.", "This clip is watched on the Page only.")
    return found


@bp.get("/c/<slug>/clips/<code>/captions-<any(vi, en):language>.vtt")
@allows("public.read")
def captions(code: str, language: str) -> BaseResponse:
    """The subtitles of a clip that is watched here."""
    _film(code)
    found = watching.subtitles(current.db, current.contest, code, at=current.now)
    return media.subtitles(found, language)


@bp.get("/c/<slug>/clips/<code>/poster.jpg")
@allows("public.read")
def poster(code: str) -> BaseResponse:
    """The still frame of a published clip."""
    path, sha256 = _still_frame(code)
    return _picture(path, sha256)


@bp.get("/c/<slug>/clips/<code>/poster-<int:width>.jpg")
@allows("public.read")
def narrow_poster(code: str, width: int) -> BaseResponse:
    """The same, so many pixels wide at most."""
    if width not in stills.WIDTHS:  # what anybody may have drawn is bounded
        raise not_found()
    path, sha256 = _still_frame(code)
    kept = current.platform.settings.data_dir / "stills"
    return _picture(stills.narrowed(path, sha256, width, kept), f"{sha256}-{width}")


def _still_frame(code: str) -> tuple[Path, str]:
    """Where the still frame of a published clip lies, and its hash."""
    found = public.clip(current.db, current.contest, code)
    if found.poster_sha256 is None:
        raise not_found()
    return media.local(found.poster_sha256), found.poster_sha256


def _picture(path: Path, etag: str) -> BaseResponse:
    response = send_file(path, mimetype="image/jpeg", etag=etag)
    response.headers["Cache-Control"] = f"public, max-age={POSTER_LIFE}"
    return response


@bp.get("/c/<slug>/calendar.ics")
@allows("public.read")
def calendar_file() -> Response:
    """The contest's instants for a person's own calendar."""
    home_path = url_for("public.contest", slug=current.contest.slug)
    address = f"{current.platform.settings.base_url}{home_path}"
    text = calendar.write(
        current.profile, events(), language=current.language, address=address, at=current.now
    )
    return Response(text, content_type="text/calendar; charset=utf-8")


def events() -> Sequence[tuple[str, datetime, str]]:
    """The calendar's events: (word, instant, title)."""
    schedule, release = current.profile.schedule, current.profile.release_at
    apart = release != schedule.publicity_opens
    return (
        ("entries-close", schedule.entries_close, _("Hết hạn nhận clip")),
        ("publicity-opens", schedule.publicity_opens,
         _("Bắt đầu tuyên truyền, tính tương tác") if _weighed() else _("Bắt đầu giới thiệu clip")),
        *((("release", release, _("Đăng các clip dự thi")),) if apart else ()),
        ("counts-close", schedule.counts_close,
         _("Chốt số tương tác") if _weighed() else _("Hết thời gian giới thiệu")),
        ("awards", schedule.awards, _("Trao giải")),
    )


def _weighed() -> bool:
    """Whether interactions earn points; where the jury alone decides, nobody votes or counts."""
    return bool(current.profile.scoring.interaction_weight)


def step_titles() -> dict[Phase, str]:
    return {
        Phase.ENTRIES: _("Nhận clip"),
        Phase.REVIEW: _("Thẩm định"),
        Phase.PUBLICITY: _("Tuyên truyền, bình chọn") if _weighed() else _("Giới thiệu clip"),
        Phase.CLOSING: _("Tổng hợp điểm"),
        Phase.RESULT: _("Công bố, trao giải"),
    }


def written_steps(steps: Sequence[Step]) -> list[dict[str, object]]:
    """Steps with titles for the timeline; the template formats their dates."""
    titles = step_titles()
    return [
        {"title": titles[s.phase], "state": s.state, "starts": s.starts, "ends": s.ends}
        for s in steps
    ]
