"""QR codes as inline SVG: no picture to fetch, sharp in print."""

import io

import qrcode
from markupsafe import Markup
from qrcode.image.svg import SvgPathImage


def qr_svg(text: str, label: str) -> Markup:
    """An inline SVG; ``label`` is for screen readers."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=2)
    code.add_data(text)
    out = io.BytesIO()
    code.make_image(image_factory=SvgPathImage).save(out)
    drawn = out.getvalue().decode().partition("?>")[2].strip()
    drawn = drawn.replace(' id="qr-path"', "")  # a page may have several
    head = Markup('<svg class="qr" role="img" aria-label="{}" ').format(label)
    return head + Markup(drawn.removeprefix("<svg "))  # noqa: S704 - drawn by the library
