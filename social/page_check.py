"""The onboarding check: can this token publish on this Page, and for how long?

Each finding has its remedy. The app's mode cannot be read through the API, so that finding always
needs a person. Permissions: Meta's Pages and video publishing guides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from social import reels
from social.calls import GraphCalls
from social.errors import CredentialRefused, PageError
from social.json_values import as_bool, whole
from social.values import CheckFinding, PageCheck, Route

NEEDED = ("pages_manage_posts", "pages_read_engagement", "pages_show_list")
WANTED = ("pages_read_user_content",)
EXPIRY_MARGIN = timedelta(days=14)
CLOCK_MARGIN = timedelta(minutes=2)
NEW_TOKEN = (
    "Hãy tạo mã truy cập Trang mới rồi thay mã cũ ở nơi đã nhập: trang kết nối Fanpage của hội "
    "thi, hoặc thiết lập HOITHI_PAGE_TOKEN của máy chủ.",
    "Create a new Page token and replace the old one where it was entered: on the contest's Page "
    "connection screen, or in the server's setting HOITHI_PAGE_TOKEN.",
)
FAR_AWAY = 250_000_000_000  # a stamp after the year 9000 is none
PROBE_BYTES = 1_000_000
PROBE = {"upload_phase": "start", "file_size": str(PROBE_BYTES)}
ASK_AGAIN = (
    "Hãy kiểm tra mạng, mã Trang và quyền rồi thử lại.",
    "Check the network, the Page's id and the rights, then try again.",
)


def check_page(calls: GraphCalls, now: datetime) -> PageCheck:
    """Query Meta about the token and the Page, compare clocks. Never raises PageError."""
    findings: list[CheckFinding] = []
    token: Mapping[str, object] = {}
    page: Mapping[str, object] = {}
    refused = False
    try:
        token = _token_info(calls)
        findings += _token_findings(token, now, calls.settings.page_id)
    except PageError as error:
        refused = isinstance(error, CredentialRefused)
        findings.append(_unreadable("token_valid", error))
    try:
        answer = calls.get(calls.settings.page_id, fields="id,name,username")
        page = answer.body
        findings += [_target(str(page.get("name") or "?")), _clock(answer.date, now)]
    except PageError as error:
        findings.append(_unreadable("target_page", error))
    findings += _routes(calls)
    findings.append(_app_mode())
    return PageCheck(
        calls.settings.page_id, _text(page, "name"), tuple(findings),
        username=_text(page, "username"), expires_at=_instant(token, "expires_at"),
        data_access_expires_at=_instant(token, "data_access_expires_at"),
        refused=refused or token.get("is_valid") is False,
    )


def _text(body: Mapping[str, object], name: str) -> str | None:
    return str(body.get(name) or "") or None


def _instant(token: Mapping[str, object], name: str) -> datetime | None:
    """Meta writes 0 where there is no such instant."""
    stamp = whole(token.get(name))
    return datetime.fromtimestamp(stamp, UTC) if stamp and 0 < stamp < FAR_AWAY else None


def _token_info(calls: GraphCalls) -> Mapping[str, object]:
    settings = calls.settings
    own = f"{settings.app_id}|{settings.app_secret}"
    bearer = own if settings.app_id and settings.app_secret else None
    data = calls.get("debug_token", bearer=bearer, input_token=settings.token).body.get("data")
    return data if isinstance(data, Mapping) else {}


def _token_findings(
    token: Mapping[str, object], now: datetime, page_id: str
) -> Iterator[CheckFinding]:
    valid = as_bool(token.get("is_valid")) is True
    yield _finding(
        "token_valid",
        valid,
        ("Mã truy cập còn hiệu lực.", "The token is valid."),
        ("Mã truy cập không còn hiệu lực.", "The token is not valid."),
        NEW_TOKEN,
    )
    if valid:
        yield _kind(token, page_id)
        yield _expiry(token, now)
        yield _permissions(token)


def _kind(token: Mapping[str, object], page_id: str) -> CheckFinding:
    kind = str(token.get("type") or "?")
    profile = str(token.get("profile_id") or page_id)
    if kind == "PAGE" and profile != page_id:
        vi = f"Mã này thuộc Trang {profile}, không phải Trang {page_id}."
        en = f"The token belongs to Page {profile}, not to {page_id}."
        remedy = ("Hãy lấy mã của đúng Trang.", "Take the right Page's token.")
        return CheckFinding("token_kind", "fail", vi, en, *remedy)
    return _finding(
        "token_kind",
        kind == "PAGE",
        (
            f"Đây là mã truy cập Trang, của Trang {profile}.",
            f"This is a Page token, of Page {profile}.",
        ),
        (
            f"Đây là mã loại {kind}; cần mã truy cập Trang.",
            f"This is a token of kind {kind}; a Page token is needed.",
        ),
        ("Hãy đổi mã này lấy mã của Trang.", "Exchange it for the Page's."),
    )


def _expiry(token: Mapping[str, object], now: datetime) -> CheckFinding:
    ends = [_instant(token, name) for name in ("expires_at", "data_access_expires_at")]
    times = [end for end in ends if end is not None]
    if not times:
        vi = "Mã truy cập không ghi ngày hết hạn; Meta vẫn có thể thu hồi bất cứ lúc nào."
        en = "The token has no expiry date; Meta may still revoke it at any time."
        return CheckFinding("token_expiry", "pass", vi, en)
    end = min(times)
    vi = f"Mã truy cập hoặc quyền dữ liệu hết hạn ngày {end.day}/{end.month}/{end.year} (giờ UTC)."
    en = f"The token or its data access expires on {end.day} {end:%B} {end.year} (UTC)."
    if end - now > EXPIRY_MARGIN:
        return CheckFinding("token_expiry", "pass", vi, en)
    return CheckFinding(
        "token_expiry",
        "look",
        vi,
        en,
        "Nếu hội thi kéo dài quá ngày đó, hãy tạo mã mới ngay bây giờ.",
        "If the contest runs past that day, create a new token now.",
    )


def _permissions(token: Mapping[str, object]) -> CheckFinding:
    scopes = token.get("scopes")
    granted = {str(scope) for scope in scopes} if isinstance(scopes, list) else set()
    told = ", ".join(sorted(granted)) or "–"
    missing = ", ".join(scope for scope in NEEDED if scope not in granted)
    if missing:
        return CheckFinding(
            "permissions",
            "fail",
            f"Thiếu quyền: {missing}. Đang có: {told}.",
            f"Missing permissions: {missing}. Granted: {told}.",
            "Hãy cấp các quyền còn thiếu cho ứng dụng rồi tạo mã mới.",
            "Grant the missing ones to the app, then create a new token.",
        )
    wanted = ", ".join(scope for scope in WANTED if scope not in granted)
    if wanted:
        return CheckFinding(
            "permissions",
            "look",
            f"Đủ quyền để đăng ({told}); thiếu {wanted} nên có thể không đọc được bình luận.",
            f"Enough to publish ({told}); without {wanted} comments may not be readable.",
            f"Nếu cần số bình luận, hãy cấp thêm {wanted}.",
            f"If comments are to be counted, grant {wanted} as well.",
        )
    return CheckFinding(
        "permissions", "pass", f"Đủ các quyền: {told}.", f"All permissions are granted: {told}."
    )


def _target(name: str) -> CheckFinding:
    return CheckFinding("target_page", "pass", f"Trang đích: {name}.", f"Target Page: {name}.")


def _clock(date: str | None, now: datetime) -> CheckFinding:
    try:
        theirs = parsedate_to_datetime(date or "")
        theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    except ValueError:
        vi, en = "Không so được đồng hồ với Meta.", "The clock could not be compared with Meta's."
        remedy = ("Hãy so giờ máy chủ với một đồng hồ đúng.", "Compare the server's time by hand.")
        return CheckFinding("clock", "look", vi, en, *remedy)
    seconds = round(abs(now - theirs).total_seconds())
    return _finding(
        "clock",
        seconds <= CLOCK_MARGIN.total_seconds(),
        (
            f"Đồng hồ máy chủ khớp với Meta (lệch {seconds} giây).",
            f"The server's clock agrees with Meta's ({seconds} seconds off).",
        ),
        (
            f"Đồng hồ máy chủ lệch {seconds} giây so với Meta.",
            f"The server's clock is {seconds} seconds off Meta's.",
        ),
        ("Hãy bật đồng bộ giờ (NTP).", "Turn on time sync (NTP)."),
    )


def _routes(calls: GraphCalls) -> list[CheckFinding]:
    """Both routes; one is enough."""
    found = [_route(calls, route) for route in Route]
    if any(finding.outcome == "pass" for finding in found):
        return found
    return [replace(finding, outcome="fail") for finding in found]


def _route(calls: GraphCalls, route: Route) -> CheckFinding:
    """Whether an upload may be begun on this route; what is begun here is seen by nobody."""
    names = {
        Route.VIDEOS: ("đường đăng video", "the videos' route"),
        Route.REELS: ("đường đăng thước phim (Reel)", "the reels' route"),
    }
    vi, en = names[route]
    try:
        if route is Route.REELS:
            reels.start(calls, PROBE_BYTES)
        else:
            calls.post(f"{calls.settings.page_id}/videos", PROBE)
    except PageError as error:
        return CheckFinding(
            f"route_{route}",
            "look",
            f"Trang chưa nhận tệp qua {vi}: {error}.",
            f"The Page does not take a file on {en}: {error}.",
            "Clip sẽ đi đường còn lại nếu đường đó nhận; nếu cả hai đều không, hãy đăng bằng tay.",
            "Clips take the other route if that one is open; if neither is, post them by hand.",
        )
    return CheckFinding(
        f"route_{route}", "pass", f"Trang nhận tệp qua {vi}.", f"The Page takes files on {en}."
    )


def _app_mode() -> CheckFinding:
    return CheckFinding(
        "app_mode",
        "look",
        "Không đọc được chế độ ứng dụng.",
        "The app's mode cannot be read.",
        "Hãy chuyển ứng dụng sang chế độ Live, đăng thử một bài và mở bài đó ở cửa sổ ẩn danh: nếu "
        "không thấy, ứng dụng vẫn ở chế độ Development.",
        "Switch the app to Live, publish a trial post and open it in a private window: if it is "
        "not visible, the app is still in Development mode.",
    )


def _unreadable(name: str, error: PageError) -> CheckFinding:
    if isinstance(error, CredentialRefused):
        vi, en = f"Meta từ chối mã truy cập: {error}.", f"Meta refused the token: {error}."
        return CheckFinding(name, "fail", vi, en, *NEW_TOKEN)
    vi, en = f"Không hỏi được Meta: {error}.", f"Meta could not be asked: {error}."
    return CheckFinding(name, "fail", vi, en, *ASK_AGAIN)


def _finding(
    name: str,
    passed: bool,
    good: tuple[str, str],
    bad: tuple[str, str],
    remedy: tuple[str, str],
) -> CheckFinding:
    if passed:
        return CheckFinding(name, "pass", *good)
    return CheckFinding(name, "fail", *bad, *remedy)
