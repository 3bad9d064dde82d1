"""What every answer says to a browser, over all routes and all who answer: pages, uploads, files,
nginx itself. And whose address a request has behind a server that ends TLS."""

import re
from dataclasses import dataclass

import pytest

from contest import ready_pages
from contest.models import Contest
from contest.web import create_app
from tests.contest.signing import HASH, PASSWORD
from tests.security.site import Answer, Person, Site

ENVIRON = {"HOITHI_BASE_URL": "https://hoithi.example"}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
KEPT_COOKIES = ("device", "forget", "form", "lang", "staff", "unit")
NOT_A_PAGE = {"/language"}


class Outside(Person):
    """Somebody on the internet, whose TLS ends at a server on this machine."""

    def __init__(self, site: Site, client: str = "203.0.113.7") -> None:
        super().__init__(site)
        self.client = client

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        told = {"Host": "hoithi.example", "X_Forwarded_For": self.client,
                "Referer": "https://hoithi.example/", "X_Forwarded_Proto": "https"}  # fmt: skip
        return super().ask(method, path, body, **{**told, **headers})


def addresses(site: Site, slug: str, code: str) -> list[str]:
    """An address for every GET route; what is not there is answered too."""
    known = {"slug": slug, "code": code, "number": "1", "kind": "original", "spoken": "vi",
             "name": "manifest.json"}  # fmt: skip
    found = []
    for rule in create_app(site.platform).url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.rule not in NOT_A_PAGE:
            found.append(re.sub(r"<(?:[^:<>]*(?:\([^)]*\))?:)?(\w+)>",
                                lambda m: known.get(m[1], "1"), rule.rule))  # fmt: skip
    return found


def safe(answer: Answer) -> dict[str, bool]:
    given = answer.headers
    policies = given.get_all("Content-Security-Policy") or []
    return {
        "hsts": given.get_all("Strict-Transport-Security") == [
            "max-age=31536000; includeSubDomains"
        ],
        "nosniff": given.get_all("X-Content-Type-Options") == ["nosniff"],
        "policy": len(policies) == 1 and "default-src 'none'" in policies[0],
        "frames": len(policies) == 1 and "frame-ancestors" in policies[0],
    }


@dataclass
class Asked:
    """What an organiser with every role is answered everywhere, a unit's phone at its own pages."""

    boss: Outside
    answers: dict[str, Answer]


@pytest.fixture(scope="module")
def asked(site: Site, contest: Contest) -> Asked:
    unit = site.make.unit(contest)
    submission = site.make.submission(unit, "published")
    boss, phone = Outside(site), Outside(site)
    boss.cookies["__Host-staff"] = site.make.staff_token(
        site.make.user("organiser", "reviewer", "juror", contest=contest, admin=True)
    )
    phone.cookies["__Host-unit"] = site.make.unit_token(unit)
    its_own = f"/c/{contest.slug}/unit"
    paths = addresses(site, contest.slug, submission.code)
    return Asked(boss, {path: (phone if its_own in path else boss).get(path) for path in paths})


def test_every_answer_is_safe_to_open(site: Site, asked: Asked) -> None:
    boss, beside = asked.boss, ["/nowhere", "/static/nowhere.js", "/static/manifest.json",
                                "/_files/ab/abcd", "/%00"]  # fmt: skip
    assert len(asked.answers) > 80
    answers = asked.answers | {path: boss.get(path) for path in beside}
    answers |= {f"public {path}": Outside(site).get(path) for path in [*asked.answers, *beside]}
    answers["too large"] = boss.ask("POST", "/u", None, Content_Length="99000000")
    answers["malformed"] = boss.get("/", Content_Length="x")
    answers["options"] = boss.ask("OPTIONS", "/uploads/")
    answers["upload"] = boss.tus("POST", "/uploads/", Upload_Length="5")
    answers["no upload"] = boss.tus("HEAD", "/uploads/" + "a" * 32)
    ready_pages.write(site.platform.settings.data_dir, "ready", {"vi": b"<p>", "en": b"<p>"})
    answers["ready"] = boss.get("/c/ready/results")
    bad = {name: (a.status, safe(a)) for name, a in answers.items() if not all(safe(a).values())}
    assert bad == {}
    assert {name: a.status for name, a in answers.items() if a.status >= 500} == {}


def test_every_cookie_is_for_this_host_alone(site: Site, contest: Contest) -> None:
    """ASVS 5.0, 3.3: ``__Host-``, Secure, SameSite; readable by scripts only what is no secret."""
    site.make.user("juror", contest=contest, email="thu@example.vn", password_hash=HASH)
    _, token, _ = site.make.unit_link(site.make.unit(contest))
    person, here = Outside(site), "/account/sign-in"
    answers = [
        person.get(here),
        person.post("/language", here, language="en", next="/"),
        person.post("/u", token=token),
        person.post(here, email="thu@example.vn", password=PASSWORD),
        person.post("/account/sign-out", "/account/"),
    ]
    assert [answer.status for answer in answers] == [200, 303, 303, 303, 303]
    given = [cookie for a in answers for cookie in a.headers.get_all("Set-Cookie") or ()]
    names = {cookie.partition("=")[0] for cookie in given}
    assert names == {f"__Host-{name}" for name in KEPT_COOKIES}
    for cookie in given:
        parts = {part.strip() for part in cookie.split(";")[1:]}
        assert {"Secure", "Path=/"} <= parts, cookie
        assert not any(part.startswith("Domain") for part in parts)
        assert "SameSite=Lax" in parts or "Max-Age=0" in parts, cookie
        assert "HttpOnly" in parts or cookie.startswith("__Host-forget=") or "Max-Age=0" in parts
        assert len(cookie.partition(";")[0]) < 4096


def test_what_is_private_is_kept_by_nobody(asked: Asked, contest: Contest) -> None:
    """No cache keeps a page of a person, and no answer lets another site read it."""
    for path, answer in asked.answers.items():
        assert answer.headers["Access-Control-Allow-Origin"] is None, path
        if answer.headers["Content-Type"] and answer.headers["Content-Type"].startswith("text/"):
            assert answer.headers["Content-Type"].endswith("charset=utf-8"), path
        if answer.status == 200 and answer.headers["Content-Type"].startswith("text/html"):
            assert answer.headers["Referrer-Policy"] == "same-origin", path
            assert "base-uri 'none'" in answer.headers["Content-Security-Policy"], path
        if path.startswith(("/static/", "/metrics")):
            continue  # the front's own answers: a file for everybody, a refusal
        for_all = f"/c/{contest.slug}/share/" in path or path.endswith(("/poster.jpg", "/results"))
        if not (for_all and answer.status == 200):
            assert answer.headers["Cache-Control"] == "private, no-store", path


def test_nothing_but_what_is_meant_to_be_served_is_served(site: Site) -> None:
    stranger = Outside(site)
    for path in ("/static/", "/static", "/_files/", "/.git/config", "/.env",
                 "/contest.db", "/hoithi.db", "/static/../secret_key", "/docker/nginx.conf",
                 "/pyproject.toml", "/sbom.cdx.json", "/design"):
        answer = stranger.get(path)
        assert answer.status in (400, 401, 404, 405), path
        assert b"Index of" not in answer.body
    assert stranger.get("/uploads").headers["Location"] in (None, "/uploads/")
    assert {stranger.ask(method, "/").status for method in ("TRACE", "TRACK", "CONNECT")} <= {
        400, 403, 405
    }
    said = stranger.get("/nowhere").headers
    assert re.search(r"[0-9]", said["Server"] or "") is None
    assert said["X-Powered-By"] is None


SMUGGLED = b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"
DOUBTFUL = {
    "both lengths": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "two lengths": b"Content-Length: 5\r\nContent-Length: 50\r\n\r\nabcde" + SMUGGLED,
    "a length with a sign": b"Content-Length: +5\r\n\r\nabcde" + SMUGGLED,
    "another coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a space before the colon": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a bad piece": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n0\r\n\r\n" + SMUGGLED,
}


@pytest.mark.parametrize("path", ["/u", "/uploads/"])
@pytest.mark.parametrize("doubt", DOUBTFUL)
def test_where_a_request_ends_is_never_in_doubt(site: Site, path: str, doubt: str) -> None:
    """What two servers could read as one request or as two is refused, and the line is closed."""
    with Outside(site).connect() as line:
        line.settimeout(20)
        line.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\n".encode() + DOUBTFUL[doubt])
        got = b"".join(iter(lambda: line.recv(65536), b""))
    assert re.findall(rb"HTTP/1\.1 ([0-9]{3})", got) in ([b"400"], [b"501"]), got[:300]


def test_a_clip_from_the_front_has_all_headers_of_the_pages(site: Site, contest: Contest) -> None:
    submission = site.make.submission(
        site.make.unit(contest), "published", clip=b"<script>1</script>"
    )
    reviewer = Outside(site)
    reviewer.cookies["__Host-staff"] = site.make.staff_token(
        site.make.user("reviewer", contest=contest)
    )
    clip = reviewer.get(f"/c/{contest.slug}/media/{submission.code}/1/original", Range="bytes=0-7")
    assert (clip.status, clip.body) == (206, b"<script>")
    assert all(safe(clip).values())
    assert "sandbox" in clip.headers["Content-Security-Policy"]
    assert clip.headers["Cache-Control"] == "private, no-store"
    assert clip.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert clip.headers["Content-Disposition"].startswith("attachment")


def test_figures_are_for_this_machine_alone(site: Site) -> None:
    assert Person(site).get("/metrics").status == 200
    assert Outside(site).get("/metrics").status == 403
    assert Person(site).get("/metrics", X_Forwarded_For="127.0.0.1").status == 403
    assert Person(site).get("/metrics", Host="hoithi.example").status == 403


def test_behind_a_tls_terminator_everybody_has_an_address_of_their_own(
    site: Site, contest: Contest
) -> None:
    noisy = Outside(site, "203.0.113.8")
    assert [noisy.post("/u", code="ABCD-EFGH").status for _ in range(11)] == [422] * 10 + [429]
    assert Outside(site, "203.0.113.9").post("/u", code="ABCD-EFGH").status == 422
    other = Outside(site, "203.0.113.8")
    assert other.post("/u", code="ABCD-EFGH").status == 429


def test_files_are_for_their_own_user_alone(site: Site, contest: Contest) -> None:
    """Whatever the processes of this site made: databases, clips, uploads, the front's folder."""
    unit = site.make.unit(contest)
    phone = Outside(site)
    phone.cookies["__Host-unit"] = site.make.unit_token(unit)
    submission = site.make.submission(unit, "uploading")
    from tests.uploads.tus_headers import tus_metadata  # noqa: PLC0415

    told = tus_metadata(entry=submission.code, filename="clip.mp4")
    made = phone.tus("POST", "/uploads/", Upload_Length="5", Upload_Metadata=told)
    path = made.headers["Location"]
    sent = phone.tus("PATCH", path, b"abc", Upload_Offset="0",
                     Content_Type="application/offset+octet-stream")  # fmt: skip
    assert sent.status == 204
    file = site.platform.settings.uploads_dir / path[-32:]
    assert file.stat().st_mode & 0o077 == 0
    phone.tus("PATCH", path, b"de", Upload_Offset="3",
              Content_Type="application/offset+octet-stream")  # fmt: skip
    with site.platform.db.read() as session:
        sha256 = session.get_one(type(submission), submission.id).version.sha256
    assert site.platform.blobs.path(sha256).stat().st_mode & 0o077 == 0
