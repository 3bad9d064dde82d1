"""`python -m social.simulator --port 0 --state DIR`: run a simulated Page until stopped."""

import argparse
import json
import signal
import sys
from pathlib import Path

from social.simulator.calls import Identity
from social.simulator.server import SimulatorServer
from social.simulator.store import Store

VERSION = "v25.0"


def main(arguments: list[str] | None = None) -> int:
    """Print one JSON line (url, graph_url, page_id, token, app_id, app_secret), then serve."""
    options = _parser().parse_args(arguments)
    store = Store(options.state)
    identity = Identity(
        page_id=options.page_id,
        page_name=options.page_name,
        token=options.token,
        app_id="200000000000002",
        app_secret=options.app_secret,
    )
    server = _bind(options.port, store, identity, options.chunk_size)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(json.dumps(_told(server)), flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    finally:
        server.server_close()
        store.close()
    return 0


def _bind(port: int, store: Store, identity: Identity, chunk_size: int) -> SimulatorServer:
    """With port 0, reuse the last port if it is free, so that old addresses still work."""
    before = int(store.setting("port") or 0)
    try:
        server = SimulatorServer(port or before, store, identity, chunk_size=chunk_size)
    except OSError:
        if port or not before:
            raise
        server = SimulatorServer(0, store, identity, chunk_size=chunk_size)
    store.set_setting("port", str(server.server_address[1]))
    return server


def _told(server: SimulatorServer) -> dict[str, str]:
    identity = server.identity
    return {
        "url": server.base_url,
        "graph_url": f"{server.base_url}/{VERSION}",
        "page_id": identity.page_id,
        "token": identity.token,
        "app_id": identity.app_id,
        "app_secret": identity.app_secret,
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m social.simulator",
        description="A stand-in for a Facebook Page and the Graph API, on 127.0.0.1 only.",
    )
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose")
    parser.add_argument("--state", type=Path, required=True, help="folder that keeps everything")
    parser.add_argument("--token", default="simulator-token", help="the Page token to accept")
    parser.add_argument("--page-id", default="100000000000001")
    parser.add_argument("--page-name", default="Trang mô phỏng")
    parser.add_argument("--app-secret", default="simulator-secret")
    parser.add_argument(
        "--chunk-size", type=int, default=4 * 1024 * 1024, help="bytes per transfer"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
