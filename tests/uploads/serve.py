"""Run the real upload server over a folder: `python -m tests.uploads.serve FOLDER PORT [JSON]`."""

import json
import sys
from pathlib import Path

from contest.pace.lines import Pace
from contest.uploads import body as bodies
from contest.uploads import server
from contest.uploads.protocol import UploadApp
from contest.uploads.storage import Folder
from tests.uploads.folder_registry import FolderRegistry


def main(folder: str, port: str, options: str = "{}") -> None:
    given = json.loads(options)
    window_s = given.pop("window_s", None)
    if window_s:
        server.HEAD_S = server.UploadWorker.silence_s = window_s
        given["pace"] = Pace(least_bytes_s=given.pop("least_bytes_s", 1000), window_s=window_s)
    threads = given.pop("threads", 8)
    if given.pop("socket_only", False):
        bodies.StreamBody = None  # a request that falls back to it then fails
    root = Path(folder)

    def load():
        return UploadApp(FolderRegistry(root / "rows"), Folder(root / "bytes"), **given)

    server.UploadServer(load, f"127.0.0.1:{port}", threads=threads, loglevel="warning").run()


if __name__ == "__main__":
    main(*sys.argv[1:])
