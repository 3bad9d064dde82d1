"""The files of filings as one ZIP, written beside the data, not in memory."""

import re
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from contest.models import Contest
from contest.services.filings import overview
from contest.views.shared.support import current

SHORT = re.compile(r"[^\w-]+")


def zipped(
    contest: Contest, keys: Sequence[str], tables: Sequence[tuple[str, bytes]] = (), *,
    apart: bool = False,
) -> IO[bytes]:
    """Every file of these filings, a folder for each unit; ``apart``: within one for each filing.
    ``tables``: further files, by name."""
    file = tempfile.TemporaryFile(dir=current.platform.settings.data_dir)  # noqa: SIM115 - is sent
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as made:
        for name, content in tables:
            made.writestr(name, content)
        for key in keys:
            for one, unit in overview.files(current.db, contest, key):
                ending = "jpg" if one.kind == "picture" else one.kind
                name = f"{SHORT.sub('-', unit.name).strip('-')}-{unit.id}/{one.question}-{one.id}"
                name = f"{key}/{name}.{ending}" if apart else f"{name}.{ending}"
                with suppress(FileNotFoundError), current.platform.blobs.open_local(
                    one.sha256
                ) as path:
                    made.write(path, name)
    file.seek(0)
    return file
