"""Files of ordinary forms while they come in: on the data's disk, never in memory.

The system's folder for temporary files is memory in a container, where one large clip would take it
all. A file here has no name, so nothing of it is left when its process ends.
"""

from tempfile import SpooledTemporaryFile
from typing import IO, cast

from flask import Request, current_app

from contest.errors import NoSpace
from contest.languages import write_size
from contest.uploads.storage import Folder

IN_MEMORY = 500_000  # bytes of a file that are not worth a file


class FilesOnDisk(Request):
    """A request whose files wait in the folder of unfinished uploads."""

    def _get_file_stream(
        self, total_content_length: int | None, content_type: str | None,
        filename: str | None = None, content_length: int | None = None,
    ) -> IO[bytes]:
        """Werkzeug's hook for each file. Raises ``NoSpace`` where what was announced would take
        from the platform's own part of the disk."""
        folder = Folder(current_app.extensions["hoithi"].settings.uploads_dir)
        announced = total_content_length or 0
        if announced > IN_MEMORY and announced > folder.room({}):
            raise NoSpace(
                f"Máy chủ không còn đủ chỗ cho tệp {write_size(announced, 'vi')}. "
                "Hãy báo Ban Tổ chức và thử lại sau.",
                f"The server has no room for a file of {write_size(announced, 'en')}. "
                "Tell the organisers and try again later.",
            )
        return cast(IO[bytes], SpooledTemporaryFile(IN_MEMORY, dir=str(folder.root)))
