"""The form of a request about personal data: the public's, and that of an organiser for others."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp

from contest.services.privacy import requests
from contest.views.shared.forms import Form
from contest.views.shared.support import current

KINDS = (
    ("see", _l("Xem: nhận một bản mọi dữ liệu về tôi")),
    ("correct", _l("Sửa: dữ liệu về tôi chưa đúng")),
    ("withdraw", _l("Rút lại sự đồng ý đã cho")),
    ("erase", _l("Xoá dữ liệu về tôi")),
    ("object", _l("Phản đối một việc đang làm với dữ liệu của tôi")),
)
ROLES = (
    ("author", _l("Tác giả hoặc người có mặt trong clip")),
    ("contact", _l("Người liên hệ của bài hoặc của đơn vị")),
    ("staff", _l("Người làm việc cho hội thi (Ban Tổ chức, thẩm định, giám khảo)")),
    ("sharer", _l("Người đã chia sẻ một clip")),
)


class AskForm(Form):
    """A request. Which of the fields belong together is judged by the service."""

    kind = RadioField(_l("Bạn muốn gì?"), [InputRequired(_l("Hãy chọn một việc."))],
                      choices=[SelectChoice(*kind) for kind in KINDS])
    role = RadioField(_l("Bạn là ai trong hội thi?"), [InputRequired(_l("Hãy chọn một mục."))],
                      choices=[SelectChoice(*role) for role in ROLES])
    name = StringField(_l("Họ và tên"), [InputRequired(), Length(max=200)],
                       render_kw={"autocomplete": "name"})
    email = StringField(_l("Email"), [Optional(), Regexp(
        r"[^\s@]+@[^\s@]+\.[^\s@]+$",
        message=_l("Địa chỉ email chưa đúng, ví dụ ten@example.org.")), Length(max=254)],
        render_kw={"autocomplete": "email", "inputmode": "email"})
    phone = StringField(_l("Số điện thoại"), [Length(max=32)],
                        render_kw={"autocomplete": "tel", "inputmode": "tel"})
    receipt = StringField(_l("Mã bài dự thi (trên biên nhận)"), [Length(max=16)])
    account = StringField(_l("Trang Facebook của bạn"), [Length(max=500)])
    message = TextAreaField(_l("Nói rõ thêm"), [Length(max=2000)])
    with_clip = BooleanField(_l("Xoá cả clip có hình hoặc tiếng của tôi"))

    def asked(self) -> requests.Asked:
        """What the service takes."""
        return requests.Asked(
            kind=self.kind.data, role=self.role.data, name=self.name.data or "",
            phone=self.phone.data or "", email=self.email.data or "",
            account=self.account.data or "", receipt=self.receipt.data or "",
            message=self.message.data or "", with_clip=bool(self.with_clip.data),
            language=current.language,
        )
