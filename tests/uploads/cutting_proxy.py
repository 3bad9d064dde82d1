"""A line that drops: a TCP proxy that resets its connection after some random bytes."""

import contextlib
import random
import socket
import struct
import threading
import time

PIECE = 1 << 20  # of a large upload


class CuttingProxy:
    """Listens on a free port; after `least` to `most` bytes sent up, who sends them is cut off.

    The bytes of all connections count together: whatever else ends them, n bytes are cut at
    least n / `most` times. A line may be slow: `bytes_per_second` upwards, for each connection.
    """

    def __init__(
        self, port: int, *, least: int, most: int, seed: int = 1, bytes_per_second: float = 0
    ) -> None:
        self.pause = 65536 / bytes_per_second if bytes_per_second else 0
        self.target, self.random = port, random.Random(seed)
        self.least, self.most, self.cuts = least, most, 0
        self.left, self.lock = self.random.randint(least, most), threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                down, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(down,), daemon=True).start()

    def _serve(self, down: socket.socket) -> None:
        try:
            up = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            down.close()
            return
        threading.Thread(target=self._answers, args=(up, down), daemon=True).start()
        piece = memoryview(bytearray(PIECE if self.least >= PIECE and not self.pause else 65536))
        with contextlib.suppress(OSError):
            while size := down.recv_into(piece):
                up.sendall(piece[:size])
                if self._spent(size):
                    break
                if self.pause:
                    time.sleep(self.pause * size / 65536)
        for sock in (up, down):
            _reset(sock)

    def _spent(self, size: int) -> bool:
        """Whether these bytes were the last before a cut."""
        with self.lock:
            self.left -= size
            if self.left > 0:
                return False
            self.left = self.random.randint(self.least, self.most)
            self.cuts += 1
            return True

    @staticmethod
    def _answers(up: socket.socket, down: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := up.recv(65536):
                down.sendall(data)
        with contextlib.suppress(OSError):
            down.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def _reset(sock: socket.socket) -> None:
    """Close with RST, as a line that is gone; wakes the thread that reads from it."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()
