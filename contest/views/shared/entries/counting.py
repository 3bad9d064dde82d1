"""What counts on other platforms are called."""

from flask_babel import gettext as _


def count_words() -> dict[str, str]:
    """By field (``numbers.FIELDS``) its name."""
    return {
        "likes": _("Lượt thích"), "shares": _("Chia sẻ"), "comments": _("Bình luận"),
        "views": _("Lượt xem"),
    }
