"""What the page needs on which a clip is picked and sent."""

from typing import Any

from flask import url_for
from flask_wtf import FlaskForm

import media_checks
from contest.models import Submission, Upload
from contest.views.shared.support import current

CHUNK = 32 << 20  # bytes of a part; proxies with a limit of their own rarely allow more


def policy() -> dict[str, Any]:
    """The worker's policy, for the browser to check a clip before sending it."""
    profile = current.profile
    limits = {"max_bytes": profile.upload.max_bytes, "extensions": profile.extensions}
    if not profile.entry.is_clip:
        return {"name": profile.contest.slug, "rules": None} | limits
    public = media_checks.load_policy(profile.media, name=profile.contest.slug).public()
    return public | limits


def of(submission: Submission, unfinished: Upload | None, *, done_url: str = "") -> dict[str, Any]:
    """The values of ``components/upload.html``; ``unfinished`` is what this sender goes on with."""
    done = done_url or url_for("unit.entry", slug=current.contest.slug, code=submission.code)
    old = unfinished and {
        "url": f"/uploads/{unfinished.public_id}", "filename": unfinished.filename,
        "length": unfinished.length, "fingerprint": unfinished.fingerprint,
    }
    return {
        "unfinished": unfinished, "sent": _sent(unfinished) if unfinished else 0,
        "form": FlaskForm(),
        "sending": {
            "endpoint": "/uploads/", "entry": submission.code, "chunk_size": CHUNK,
            "policy": policy(), "done_url": done, "unfinished": old,
        },
    }


def _sent(upload: Upload) -> int:
    """Bytes received so far, as far as this process can see."""
    path = current.platform.settings.uploads_dir / upload.public_id
    return path.stat().st_size if path.exists() else 0
