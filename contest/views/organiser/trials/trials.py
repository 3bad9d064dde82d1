"""A dry run of the contest: what it is, how it begins, how it ends."""

from flask import Blueprint, redirect, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from contest.models import Contest
from contest.services.trials import beginning, ending
from contest.views.shared.support import allows, current, flash_message, page

bp = Blueprint("trials", __name__, url_prefix="/c/<slug>/organiser/trial")


@bp.get("")
@allows("trial.manage")
def show() -> Response:
    """The dry run that is going on, or what one would be."""
    return page("organiser/trial.html", form=FlaskForm(),
                trial=beginning.of(current.db, current.contest))


@bp.post("")
@allows("trial.manage")
def begin() -> Response:
    trial = beginning.begin(current.db, current.contest, actor=current.actor, at=current.now)
    flash_message(
        "Đã mở lần chạy thử. Mọi thư chỉ gửi cho bạn, không có gì lên Fanpage.",
        "The dry run is open. Every mail goes to you alone, and nothing to the Page.",
    )
    return redirect(url_for("organiser.desk", slug=trial.slug), 303)


@bp.post("/end")
@allows("trial.manage")
def end() -> Response:
    """Close it for everybody; its rows and files go a moment later."""
    real = ending.end(current.db, current.contest, actor=current.actor, at=current.now)
    slug = current.db.get_one(Contest, real).slug
    flash_message(
        "Đã kết thúc lần chạy thử. Mọi dữ liệu của nó đang được xoá; hội thi thật vẫn nguyên.",
        "The dry run has ended. All its data are being removed; the contest itself is as it was.",
    )
    return redirect(url_for("organiser.desk", slug=slug), 303)
