"""Run the real upload server over a folder: `python -m tests.uploads.serve FOLDER PORT [JSON]`."""

import json
import sys
from pathlib import Path

from contest.uploads import body as bodies
from contest.uploads import server
from contest.uploads.protocol import UploadApp
from contest.uploads.storage import Folder
from tests.uploads.folder_registry import FolderRegistry


def main(folder: str, port: str, options: str = "{}") -> None:
    given = json.loads(options)
    server.RECEIVE_TIMEOUT = given.pop("receive_timeout", server.RECEIVE_TIMEOUT)
    threads = given.pop("threads", 8)
    if given.pop("socket_only", False):
        bodies.StreamBody = None  # a request that falls back to it then fails
    root = Path(folder)

    def load():
        return UploadApp(FolderRegistry(root / "rows"), Folder(root / "bytes"), **given)

    server.UploadServer(load, f"127.0.0.1:{port}", threads=threads, loglevel="warning").run()


if __name__ == "__main__":
    main(*sys.argv[1:])
