"""Rendering mails: a template in one language, with the filters and addresses of the pages."""

from dataclasses import dataclass

from flask import Flask, g
from jinja2 import Template
from jinja2.runtime import Context

from contest.languages import COOKIE
from contest.models import Contest
from contest.services.core import profiles


@dataclass(frozen=True)
class RenderedMail:
    """A rendered mail."""

    subject: str
    text: str
    html: str


def render(
    app: Flask, template: str, *, language: str, contest: Contest | None, values: dict[str, object],
    base_url: str,
) -> RenderedMail:
    """Render ``email/<template>.txt`` and ``.html``; addresses begin with ``base_url``."""
    cookie = {"Cookie": f"{COOKIE}={language}"}  # templates take their language from the request
    # A context of its own: a page that shows a mail renders it while it is being rendered.
    with app.app_context(), app.test_request_context("/", base_url=base_url, headers=cookie):
        if contest is not None:
            g.contest = contest
            values = {"contest": contest, "profile": profiles.profile_of(contest)} | values
        values = {"base_url": base_url} | values
        app.update_template_context(values)
        text, html = (
            app.jinja_env.get_template(f"email/{template}.{kind}") for kind in ("txt", "html")
        )
        subject = _block(text, "subject", text.new_context(values))
        return RenderedMail(" ".join(subject.split()), text.render(values), html.render(values))


def _block(template: Template, name: str, context: Context) -> str:
    return "".join(template.blocks[name](context))
