"""Rules to begin with: several kinds of contests, each a commented rule file, with the organiser's
own names and dates put in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from contest import profile as rule_files
from contest.errors import Invalid
from contest.services.rules import cloning, drafting
from contest.services.rules.labels import Label
from contest.services.rules.toml_editing import edited

PROFILES = Path(__file__).parents[2] / "profiles"
DAY, ZONE = timedelta(days=1), drafting.ZONE
# The contest's own names, which no template has.
NAMES = ("title", "theme", "organiser", "contact")
PAGE = ("page_name", "page_url")


@dataclass(frozen=True)
class Template:
    """A kind of contest. ``whom``: who it is for, and what it is like, in a sentence or two."""

    name: str
    file: str
    label: Label
    whom: Label


TEMPLATES = (
    Template(
        "clip-quan", "quan11-2023.toml",
        Label("Hội thi clip cấp quận, huyện", "Clip contest of a district"),
        Label("Cho Quận, Huyện Đoàn có Fanpage và nhiều cơ sở Đoàn: clip 3–5 phút khung 4:3, "
              "40 % điểm giám khảo, 60 % lượt chia sẻ và cảm xúc. Theo thể lệ của Quận 11.",
              "For a district union with a Fanpage and many units: clips of 3 to 5 minutes at 4:3, "
              "40 % jury, 60 % shares and reactions. The rules of District 11."),
    ),
    Template(
        "clip-phuong", "templates/clip-phuong.toml",
        Label("Hội thi nhỏ của phường, xã trong hai tuần", "Small contest of a ward, two weeks"),
        Label("Cho phường, xã, trường học ít người: clip 1–3 phút quay bằng điện thoại, đăng "
              "Fanpage bằng tay, 60 % giám khảo, 40 % lượt cảm xúc; từ mở nhận đến trao giải 14 "
              "ngày.",
              "For a ward or a school with few people: clips of 1 to 3 minutes made with a phone, "
              "posted by hand, 60 % jury, 40 % reactions; 14 days from the opening to the prizes."),
    ),
    Template(
        "phim-ngan", "templates/phim-ngan.toml",
        Label("Liên hoan phim ngắn 16:9", "Short films at 16:9"),
        Label("Cho hội thi mà nhóm làm phim cần thời gian: phim 5–10 phút Full HD, sáu tuần "
              "nhận phim, giám khảo chấm kín 70 %, lượt cảm xúc 30 %.",
              "For teams that need time: films of 5 to 10 minutes in Full HD, six weeks to send "
              "them, 70 % by a blind jury, 30 % reactions."),
    ),
    Template(
        "giam-khao", "templates/giam-khao.toml",
        Label("Giám khảo là chính", "The jury decides most"),
        Label("Cho cơ quan muốn chất lượng hơn lượt xem: 80 % giám khảo chấm kín (bỏ điểm cao "
              "và thấp nhất), 20 % lượt cảm xúc, không tính chia sẻ; Tổ thẩm định biểu quyết.",
              "For bodies that want quality before reach: 80 % by a blind jury (highest and lowest "
              "mark left out), 20 % reactions, no shares; a board appraises by vote."),
    ),
    Template(
        "chi-giam-khao", "templates/chi-giam-khao.toml",
        Label("Chỉ giám khảo, không cần Fanpage", "The jury alone, without a Fanpage"),
        Label("Cho nơi không có Fanpage: clip được mở xem cùng lúc trên trang của hội thi, 100 % "
              "điểm giám khảo chấm kín, thêm giải theo tiêu chí nội dung và giải Ban Tổ chức chọn.",
              "For bodies without a Fanpage: clips are opened together on the contest's own pages, "
              "100 % by a blind jury, with a prize for content and one that the organisers choose.")
    ),
    Template(
        "y-tuong", "templates/y-tuong.toml",
        Label("Ý tưởng, sáng kiến bằng tài liệu", "Ideas as documents"),
        Label("Cho hội thi ý tưởng: mỗi bài là một tệp PDF hoặc Word từ 2 đến 15 trang, đọc ngay "
              "trên trang của hội thi, 100 % điểm giám khảo chấm kín, Tổ thẩm định biểu quyết.",
              "For a contest of ideas: each entry a PDF or Word file of 2 to 15 pages, read on "
              "the contest's own pages, 100 % by a blind jury; a board appraises by vote."),
    ),
    Template(
        "cai-cach", "templates/cai-cach.toml",
        Label("Đoàn xung kích tham gia cải cách hành chính", "Administrative reform"),
        Label("Cho hội thi giải pháp có nhiều cơ quan phối hợp: tài liệu ở một trong hai mảng, "
              "vòng hồ sơ chấm kín, chung khảo thuyết trình; đơn vị đăng ký thi đua, báo cáo giữa "
              "kỳ và tổng kết.",
              "For a contest of solutions with several hosts: documents in one of two categories, "
              "a blind first round, presentations in the final; units register, report half-way "
              "and at the end."),
    ),
    Template(
        "de-cu", "templates/de-cu.toml",
        Label("Đề cử cán bộ, công chức, viên chức trẻ, giỏi, thân thiện",
              "Nominations of young public servants"),
        Label("Cho giải thưởng xét theo hồ sơ đề cử: điều kiện về tuổi và công tác, minh chứng kèm "
              "phiếu, người được đề cử tự xác nhận; ba nhóm, mỗi nhóm 50 danh hiệu ngang nhau, gửi "
              "lên cấp trên được.",
              "For an award by nomination: conditions of age and work, proof with the form, the "
              "nominee's own word; three groups of 50 equal awards, which can be handed up."),
    ),
    Template(
        "anh-dep", "templates/anh-dep.toml",
        Label("Ảnh đẹp thanh niên tình nguyện", "Young volunteers in pictures"),
        Label("Cho hội thi ảnh: mỗi bài là bộ 3–8 ảnh có chú thích ở một trong hai mảng, giám "
              "khảo của mảng chấm kín, xem trên trang của hội thi; có giải khán giả yêu thích.",
              "For a photo contest: sets of 3 to 8 pictures with captions in one of two "
              "categories, a blind jury for each, shown on the contest's own pages; with an "
              "audience award."),
    ),
    Template(
        "thi-viet", "templates/thi-viet.toml",
        Label("Thi viết tìm hiểu", "Essays"),
        Label("Cho hội thi viết: bài 300–1.500 chữ viết ngay trên trang, chia đều mỗi bài hai "
              "giám khảo chấm kín, ai dự thi cũng có giấy chứng nhận tham gia.",
              "For an essay contest: 300 to 1,500 words written on the page itself, two blind "
              "jurors for each drawn by lot, and a certificate for everybody who takes part."),
    ),
    Template(
        "hai-vong", "templates/hai-vong.toml",
        Label("Hai vòng, chung kết chấm tại chỗ", "Two rounds with a live final"),
        Label("Cho hội thi có sơ khảo và đêm chung kết: sơ khảo chấm kín, 5 đơn vị vào chung kết "
              "mang theo 30 % điểm, giám khảo cho điểm tại chỗ và điểm hiện dần trên màn hình lớn.",
              "For a preliminary and a final evening: blind marks first, 5 units go on with 30 % "
              "of their score, and the final's marks are shown on the stage screen as they fall."),
    ),
    Template(
        "ba-cap", "templates/ba-cap.toml",
        Label("Hội thi ba cấp, có báo cáo phải nộp", "Three levels, with filings"),
        Label("Cho hội thi của thành phố có vòng ở phường và chi đoàn: mỗi phường gửi lên 3 clip, "
              "nộp kế hoạch và báo cáo đúng hạn; 100 % điểm giám khảo chấm kín, không cần Fanpage.",
              "For a city's contest with stages in wards and branches: each ward hands up 3 clips "
              "and files a plan and a report; 100 % by a blind jury, without a Fanpage."),
    ),
    Template(
        "clip-doc", "templates/clip-doc.toml",
        Label("Thử thách clip dọc", "Vertical clips"),
        Label("Cho phong trào rộng trên điện thoại: clip dọc 9:16 từ 30 đến 90 giây, mỗi đơn vị "
              "đến 10 clip, giám khảo và lượt cảm xúc mỗi bên một nửa.",
              "For a wide movement on phones: vertical 9:16 clips of 30 to 90 seconds, up to 10 of "
              "each unit, jury and reactions half each."),
    ),
)


@dataclass(frozen=True)
class Start:
    """What the organiser gives. ``names``: by ``NAMES`` and ``PAGE``; ``closes``: the last day for
    clips, None for as many days as the template has."""

    names: Mapping[str, str]
    opens: date
    closes: date | None = None
    slug: str = ""


def template(name: str) -> Template:
    """Raises ``Invalid`` for a name that there is not."""
    for one in TEMPLATES:
        if one.name == name:
            return one
    raise Invalid("Hãy chọn một mẫu thể lệ trong danh sách.", "Choose one of the templates listed.")


def source_of(one: Template) -> str:
    """The template's rule file, without what only the reference contest has."""
    source = (PROFILES / one.file).read_text("utf-8")
    return drafting.template_of(source) if one.file == "quan11-2023.toml" else source


def needs_page(one: Template) -> bool:
    """Whether contests of this kind post their clips on a Fanpage."""
    return rule_files.load(source_of(one)).profile.on_page


def rule_file(one: Template, given: Start) -> str:
    """The rules of a new contest: the template with the organiser's names, all dates moved so that
    clips are taken from ``opens`` on; with ``closes``, to the end of that day, and what follows
    moves along. Raises ``Invalid`` where the last day is before the first."""
    if given.closes is not None and given.closes < given.opens:
        raise Invalid("Ngày cuối nhận clip phải từ ngày bắt đầu trở đi. Hãy chọn lại.",
                      "The last day for clips cannot be before the first. Choose another.")
    source = source_of(one)
    slug = given.slug or drafting.slug_for(
        given.names["organiser"], given.names["title"], str(given.opens.year))
    moved = cloning.moved(source, rule_files.load(source).profile, slug=slug, opens=given.opens)
    names = {f"contest.{name}.{language}": given.names[name]
             for name in NAMES for language in ("vi", "en")}
    page = {f"contest.{name}": given.names[name] for name in PAGE if given.names.get(name)}
    return edited(moved, names | page | (_stretched(moved, given.closes) if given.closes else {}))


def _stretched(source: str, closes: date) -> dict[str, datetime]:
    """Every date behind the opening, moved so that clips are taken to the end of ``closes``."""
    schedule = rule_files.load(source).profile.schedule
    apart = closes + DAY - schedule.entries_close.astimezone(schedule.zone).date()
    return {
        key: at + apart for key, at in cloning.instants(source) if key != "schedule.entries_open"
    }
