"""The onboarding check: is this token able to publish on this Page, and for how long?

Each finding has its remedy. The app's mode cannot be read through the API, so that line always
asks a person to look. Permissions: Meta's Pages and video publishing guides.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from social.calls import GraphCalls
from social.errors import CredentialRefused, PageError
from social.values import CheckFinding, PageCheck

NEEDED = ("pages_manage_posts", "pages_read_engagement", "pages_show_list")
WANTED = ("pages_read_user_content",)
EXPIRY_MARGIN = timedelta(days=14)
CLOCK_MARGIN = timedelta(minutes=2)


def check_page(calls: GraphCalls, now: datetime) -> PageCheck:
    """Ask Meta about the token and the Page, compare clocks. Never raises PageError."""
    findings: list[CheckFinding] = []
    page_name = None
    try:
        token = _token_info(calls)
        findings += _token_findings(token, now, calls.settings.page_id)
    except PageError as error:
        findings.append(_unreadable("token_valid", error))
    try:
        answer = calls.get(calls.settings.page_id, fields="id,name")
        page_name = str(answer.body.get("name") or "") or None
        findings += [_target(page_name), _clock(answer.date, now)]
    except PageError as error:
        findings.append(_unreadable("target_page", error))
    findings.append(_app_mode())
    return PageCheck(calls.settings.page_id, page_name, tuple(findings))


def _token_info(calls: GraphCalls) -> Mapping[str, Any]:
    settings = calls.settings
    own = f"{settings.app_id}|{settings.app_secret}"
    bearer = own if settings.app_id and settings.app_secret else None
    data = calls.get("debug_token", bearer=bearer, input_token=settings.token).body.get("data")
    return data if isinstance(data, Mapping) else {}


def _token_findings(
    token: Mapping[str, Any], now: datetime, page_id: str
) -> Iterator[CheckFinding]:
    valid = token.get("is_valid") is True
    yield _finding(
        "token_valid",
        valid,
        ("Mã truy cập còn hiệu lực.", "The token is valid."),
        (
            "Mã truy cập không còn hiệu lực. Hãy tạo mã mới và dán vào phần cài đặt.",
            "The token is not valid. Create a new Page token and paste it into the settings.",
        ),
    )
    if valid:
        yield _kind(token, page_id)
        yield _expiry(token, now)
        yield _permissions(token)


def _kind(token: Mapping[str, Any], page_id: str) -> CheckFinding:
    kind = str(token.get("type") or "?")
    profile = str(token.get("profile_id") or page_id)
    if kind == "PAGE" and profile != page_id:
        vi = f"Mã này thuộc Trang {profile}, không phải Trang {page_id}. Hãy lấy mã của đúng Trang."
        en = f"The token belongs to Page {profile}, not to {page_id}. Take the right Page's token."
        return CheckFinding("token_kind", "fail", vi, en)
    return _finding(
        "token_kind",
        kind == "PAGE",
        ("Đây là mã truy cập Trang.", "This is a Page token."),
        (
            f"Đây là mã loại {kind}; cần mã truy cập Trang. Hãy đổi mã này lấy mã của Trang.",
            f"This is a token of kind {kind}; a Page token is needed. Exchange it for the Page's.",
        ),
    )


def _expiry(token: Mapping[str, Any], now: datetime) -> CheckFinding:
    stamps = [token.get("expires_at"), token.get("data_access_expires_at")]
    times = [stamp for stamp in stamps if isinstance(stamp, int) and stamp > 0]
    if not times:
        vi = "Mã truy cập không ghi ngày hết hạn; Meta vẫn có thể thu hồi bất cứ lúc nào."
        en = "The token has no expiry date; Meta may still revoke it at any time."
        return CheckFinding("token_expiry", "pass", vi, en)
    end = datetime.fromtimestamp(min(times), UTC)
    vi = f"Mã truy cập hoặc quyền dữ liệu hết hạn ngày {end.day}/{end.month}/{end.year} (giờ UTC)."
    en = f"The token or its data access expires on {end.date().isoformat()} (UTC)."
    if end - now > EXPIRY_MARGIN:
        return CheckFinding("token_expiry", "pass", vi, en)
    return CheckFinding(
        "token_expiry",
        "look",
        f"{vi} Nếu cuộc thi kéo dài quá ngày đó, hãy tạo mã mới ngay bây giờ.",
        f"{en} If the contest runs past that day, create a new token now.",
    )


def _permissions(token: Mapping[str, Any]) -> CheckFinding:
    scopes = token.get("scopes")
    granted = set(scopes) if isinstance(scopes, list) else set()
    missing = [scope for scope in NEEDED if scope not in granted]
    if missing:
        names = ", ".join(missing)
        return CheckFinding(
            "permissions",
            "fail",
            f"Thiếu quyền: {names}. Hãy cấp các quyền này cho ứng dụng rồi tạo mã mới.",
            f"Missing permissions: {names}. Grant them to the app, then create a new token.",
        )
    wanted = ", ".join(scope for scope in WANTED if scope not in granted)
    if wanted:
        return CheckFinding(
            "permissions",
            "look",
            f"Đủ quyền để đăng; thiếu {wanted} nên có thể không đọc được bình luận.",
            f"Enough to publish; without {wanted} comments may not be readable.",
        )
    return CheckFinding(
        "permissions", "pass", "Đủ các quyền cần có.", "All permissions are granted."
    )


def _target(name: str | None) -> CheckFinding:
    return CheckFinding("target_page", "pass", f"Trang đích: {name}.", f"Target Page: {name}.")


def _clock(date: str | None, now: datetime) -> CheckFinding:
    try:
        theirs = parsedate_to_datetime(date or "")
    except ValueError:
        vi, en = "Không so được đồng hồ với Meta.", "The clock could not be compared with Meta's."
        return CheckFinding("clock", "look", vi, en)
    seconds = round(abs(now - theirs).total_seconds())
    return _finding(
        "clock",
        seconds <= CLOCK_MARGIN.total_seconds(),
        ("Đồng hồ máy chủ khớp với Meta.", "The server's clock agrees with Meta's."),
        (
            f"Đồng hồ máy chủ lệch {seconds} giây so với Meta. Hãy bật đồng bộ giờ (NTP).",
            f"The server's clock is {seconds} seconds off Meta's. Turn on time sync (NTP).",
        ),
    )


def _app_mode() -> CheckFinding:
    return CheckFinding(
        "app_mode",
        "look",
        "Không đọc được chế độ ứng dụng. Hãy chuyển ứng dụng sang chế độ Live, đăng thử một bài và "
        "mở bài đó ở cửa sổ ẩn danh: nếu không thấy, ứng dụng vẫn ở chế độ Development.",
        "The app's mode cannot be read. Switch the app to Live, publish a trial post and open it "
        "in a private window: if it is not visible, the app is still in Development mode.",
    )


def _unreadable(name: str, error: PageError) -> CheckFinding:
    if isinstance(error, CredentialRefused):
        vi = f"Meta từ chối mã truy cập: {error}. Hãy tạo mã truy cập Trang mới."
        en = f"Meta refused the token: {error}. Create a new Page token."
    else:
        vi = f"Không hỏi được Meta: {error}. Hãy kiểm tra mạng, mã Trang và quyền rồi thử lại."
        en = f"Meta could not be asked: {error}. Check the network, Page id and rights; try again."
    return CheckFinding(name, "fail", vi, en)


def _finding(name: str, passed: bool, good: tuple[str, str], bad: tuple[str, str]) -> CheckFinding:
    return CheckFinding(name, "pass" if passed else "fail", *(good if passed else bad))
