"""A proxy that takes small bodies only, as many an office or host has one."""

import os
import socket
import subprocess
import time
from pathlib import Path

from contest.running.front import nginx_command
from tests.processes import free_port

CONFIGURATION = """
daemon off;
master_process off;
{user}
error_log stderr crit;
pid {folder}/nginx.pid;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        client_max_body_size {limit};
        {on_large}
        location / {{
            proxy_pass http://127.0.0.1:{target};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_request_buffering off;
        }}
    }}
}}
"""


class SmallProxy:
    """nginx before `target` with `client_max_body_size` `limit` bytes.

    Larger bodies are answered 413, or with `hangs_up` by closing the connection (nginx's 444).
    """

    def __init__(self, folder: Path, target: int, *, limit: int, hangs_up: bool = False) -> None:
        self.folder, self.port = folder / "small-proxy", free_port()
        self.folder.mkdir()
        on_large = "error_page 413 = @gone; location @gone { return 444; }" if hangs_up else ""
        self.file = self.folder / "nginx.conf"
        self.file.write_text(
            CONFIGURATION.format(
                folder=self.folder, port=self.port, target=target, limit=limit,
                on_large=on_large, user=_user_line(),
            )
        )

    def __enter__(self) -> "SmallProxy":
        self.process = subprocess.Popen(nginx_command(self.file))
        until = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except OSError:
                assert time.monotonic() < until, "the proxy did not start"
                time.sleep(0.05)

    def __exit__(self, *_raised: object) -> None:
        self.process.kill()
        self.process.wait()


def _user_line() -> str:
    return "user root;" if os.geteuid() == 0 else ""
