"""The field of a unit: of a few from a list, of many by its name, which is looked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Field, Form
from wtforms.utils import unset_value
from wtforms.validators import StopValidation
from wtforms.widgets import html_params

from contest.errors import NotFound
from contest.folding import fold
from contest.services.units import units
from contest.views.shared.forms import UNPRINTABLE
from contest.views.shared.numbers import whole
from contest.views.shared.support import current

MOST = 60  # units in a list; a page with the names of thousands helps nobody
MOST_WORDS = 200


class ListOrName:
    """A list of the units, or of those that were found; where there are many, a line for the name
    under it, or in its place while nothing was found."""

    def __call__(self, field: "UnitField", **aria: object) -> Markup:
        if not field.many:
            return _select(field, aria)
        if not field.listed and field.needed:
            return _line(field, {"id": field.id, **aria})
        below = {"id": f"{field.id}-words"}
        return _select(field, aria) + Markup(
            '<p><label class="field__hint" for="{}">{}</label>{}</p>'
        ).format(below["id"], _("Hoặc ghi tên đơn vị, một phần cũng được"), _line(field, below))


def _select(field: "UnitField", aria: Mapping[str, object]) -> Markup:
    options = Markup().join(
        Markup('<option{} value="{}">{}</option>').format(
            Markup(" selected") if number == (field.data or 0) else "", number, name)
        for number, name in {0: str(field.nobody), **field.listed}.items()
    )
    return Markup("<select {}>{}</select>").format(_params(id=field.id, name=field.name, **aria),
                                                   options)


def _line(field: "UnitField", more: Mapping[str, object]) -> Markup:
    return Markup("<input {}>").format(_params(
        type="search", name=field.words_name, value=field.words, maxlength=MOST_WORDS,
        autocomplete="off", **more,
    ))


def _params(**values: object) -> Markup:
    return Markup(html_params(**values))  # noqa: S704 - it escapes each value


class UnitField(Field):  # type: ignore[misc]
    """The id of a unit that takes part; 0 for ``nobody``, which ``needed`` refuses.

    Where the contest has more than ``MOST`` units, the form has a line besides, ``…_words``: what
    stands there goes before the list. One unit with that name, or the only one with these words in
    it, is taken; of several the form comes back with their list.
    """

    widget = ListOrName()
    data: Any
    description: str

    def __init__(
        self, label: str, *, nobody: str, needed: str = "", description: str = "", **values: object
    ) -> None:
        super().__init__(label, description=description, **values)
        self.nobody, self.needed, self.but = nobody, needed, 0
        self.words_name = f"{self.name}_words"

    def process(
        self, formdata: MultiDict[str, str] | None, data: object = unset_value,
        extra_filters: Sequence[object] | None = None,
    ) -> None:
        super().process(formdata, data, extra_filters)
        words = formdata.get(self.words_name, "") if formdata else ""
        self.words = " ".join(UNPRINTABLE.sub(" ", words).split())[:MOST_WORDS]
        every = units.names(current.db, current.contest, most=MOST)
        self.many, self.listed = every is None, every or {}
        if self.many:
            self._list_chosen()
            self.description = self.description or _l("Ghi tên đơn vị, một phần cũng được.")

    def process_formdata(self, values: Sequence[str]) -> None:
        if values:
            self.data = whole(values[0])

    def leave_out(self, unit_id: int) -> None:
        """This unit is no choice."""
        self.but = unit_id
        self.listed.pop(unit_id, None)

    @property
    def has_choice(self) -> bool:
        return self.many or bool(self.listed)

    def pre_validate(self, form: Form) -> None:
        if self.words and self.many:
            self._find()
        if not self.data and self.needed:
            raise StopValidation(str(self.needed))
        if self.data is None or (self.data and self.data not in self.listed):
            raise StopValidation(_("Hãy chọn một mục trong danh sách."))

    def _list_chosen(self) -> None:
        """The list of many units has the one that is chosen."""
        try:
            unit = units.find(current.db, current.contest, self.data) if self.data else None
        except NotFound:
            return
        if unit and not unit.retired_at:
            self.listed = {unit.id: unit.name}

    def _find(self) -> None:
        found = units.named(current.db, current.contest, self.words, but=self.but, most=MOST)
        exact = [number for number, name in found.items() if fold(name) == fold(self.words)]
        [self.data] = exact if len(exact) == 1 else list(found) if len(found) == 1 else [0]
        if self.data:
            self.listed = {self.data: found[self.data]}
            return
        told = {"words": self.words}
        if len(found) > MOST:
            raise StopValidation(_(
                "Hơn %(most)s đơn vị có tên chứa “%(words)s”. Hãy ghi rõ hơn.", most=MOST, **told))
        if not found:
            raise StopValidation(_(
                "Không đơn vị nào có tên chứa “%(words)s”. Hãy kiểm tra lại tên.", **told))
        self.listed, self.words = found, ""
        raise StopValidation(ngettext(
            "%(num)s đơn vị có tên chứa “%(words)s”. Hãy chọn trong danh sách.",
            "%(num)s đơn vị có tên chứa “%(words)s”. Hãy chọn trong danh sách.", len(found), **told,
        ))
