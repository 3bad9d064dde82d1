"""Lines that drop, phones that fall silent, servers that die: nothing that arrived is lost."""

import hashlib
import os
import socket
import threading
import time

import pytest

pytestmark = pytest.mark.waits
SIZE = 6 << 20


def content_of(size=SIZE) -> bytes:
    return os.urandom(size)


def answer_of(sock) -> bytes:
    with sock:
        return sock.recv(65536)


def test_a_disconnect_keeps_every_byte_that_arrived(start_server):
    server = start_server()
    content = content_of()
    path = server.create(SIZE)
    with server.begin_patch(path, SIZE) as sock:
        sock.sendall(content[:2_000_003])
    server.wait_for_bytes(path, 2_000_003)
    assert server.offset(path) == 2_000_003
    assert server.patch(path, content[2_000_003:], 2_000_003).status == 204
    assert server.finished() == [[path[-32:], hashlib.sha256(content).hexdigest()]]


def test_a_reset_keeps_what_arrived_and_goes_on(start_server):
    server = start_server()
    content = content_of()
    path = server.create(SIZE)
    sock = server.begin_patch(path, SIZE)
    sock.sendall(content[:2_000_003])
    server.wait_for_bytes(path, 2_000_003)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    sock.close()
    offset = server.offset(path)
    assert server.patch(path, content[offset:], offset).status == 204
    assert server.bytes_of(path[-32:]) == content


def test_a_head_cuts_off_a_silent_writer(start_server):
    server = start_server(window_s=600)
    content = content_of()
    path = server.create(SIZE)
    silent = server.begin_patch(path, SIZE)
    silent.sendall(content[:1_000_000])
    server.wait_for_bytes(path, 1_000_000)
    assert server.offset(path) == 1_000_000
    assert answer_of(silent).startswith(b"HTTP/1.1 423 ")
    assert server.patch(path, content[1_000_000:], 1_000_000).status == 204
    assert server.bytes_of(path[-32:]) == content


def test_a_head_cuts_off_a_writer_who_is_still_sending(start_server):
    """Linux delivers bytes after shutdown(SHUT_RD): the flag has to stop the writer."""
    server = start_server()
    path = server.create(1 << 30)
    sock = server.begin_patch(path, 1 << 30)
    sent = threading.Thread(target=send_until_refused, args=(sock,))
    sent.start()
    server.wait_for_bytes(path, 1_000_000)
    offset = server.offset(path)
    assert server.patch(path, b"next", offset).status == 204
    assert server.offset(path) == offset + 4
    sent.join()


def send_until_refused(sock) -> None:
    with sock:
        try:
            while True:
                sock.sendall(bytes(65536))
                time.sleep(0.01)
        except OSError:
            return


def test_nobody_else_can_cut_off_a_writer(start_server):
    server = start_server(window_s=600)
    path = server.create(SIZE)
    writer = server.begin_patch(path, SIZE)
    writer.sendall(b"0" * 1000)
    server.wait_for_bytes(path, 1000)
    assert server.tus("HEAD", path, X_Owner="unit-2").status == 404
    assert server.tus("DELETE", path, X_Owner="unit-2").status == 404
    writer.sendall(b"0" * 1000)
    server.wait_for_bytes(path, 2000)
    writer.close()


def test_silent_phones_give_their_threads_back(start_server):
    server = start_server(window_s=1, threads=4)
    paths = [server.create(SIZE) for _ in range(12)]
    phones = [server.begin_patch(path, SIZE) for path in paths]
    for phone in phones:
        phone.sendall(b"0" * 1000)
    answers = [answer_of(phone) for phone in phones]
    assert all(answer.startswith(b"HTTP/1.1 503 ") for answer in answers)
    assert [server.offset(path) for path in paths] == [1000] * 12


def test_half_a_header_holds_no_thread_for_long(start_server):
    server = start_server(window_s=1, threads=2)
    halves = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(6)]
    for half in halves:
        half.sendall(b"PATCH /uploads/ HTTP/1.1\r\nHost: x\r\nTus-")
    assert server.request("OPTIONS", "/uploads/").status == 204
    for half in halves:
        half.close()


def test_a_kill_loses_nothing_that_was_told(start_server):
    server = start_server()
    content = content_of()
    path = server.create(SIZE)
    offset = 0
    for stop in (1_500_000, 3_000_000, 4_500_000):
        sock = server.begin_patch(path, SIZE - offset, offset)
        sock.sendall(content[offset:stop])
        server.wait_for_bytes(path, stop)
        server.kill()
        sock.close()
        server.start()
        offset = server.offset(path)
        assert offset == stop
    assert server.patch(path, content[offset:], offset).status == 204
    assert server.bytes_of(path[-32:]) == content


def test_a_file_complete_at_the_kill_is_recorded_by_the_next_head(start_server):
    """Killed between the last byte and the record: one record, made by whoever asks next."""
    server = start_server()
    content = content_of(1000)
    path = server.create(1000)
    (server.folder / "bytes" / path[-32:]).write_bytes(content)
    assert [server.offset(path), server.offset(path)] == [1000, 1000]
    assert server.finished() == [[path[-32:], hashlib.sha256(content).hexdigest()]]


def test_one_connection_carries_many_parts(start_server):
    """The bytes taken past the server's parser must not confuse the next request."""
    server = start_server()
    path = server.create(3000)
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as sock:
        for offset in (0, 1000, 2000):
            head = (
                f"PATCH {path} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nX-Owner: unit-1\r\n"
                f"Content-Type: application/offset+octet-stream\r\nUpload-Offset: {offset}\r\n"
                f"Content-Length: 1000\r\n\r\n"
            )
            sock.sendall(head.encode() + bytes([offset // 1000]) * 500)
            server.wait_for_bytes(path, offset + 500)
            sock.sendall(bytes([offset // 1000]) * 500)
            assert sock.recv(65536).startswith(b"HTTP/1.1 204 ")
    assert server.bytes_of(path[-32:]) == b"".join(bytes([n]) * 1000 for n in range(3))


def test_what_was_found_for_the_last_part_serves_neither_others_nor_the_last_one(start_server):
    """Parts that follow at once need no look at the rows; who sends them and the end always do."""
    server = start_server()
    path = server.create(12)
    assert server.patch(path, b"0123").status == 204
    row = server.folder / "rows" / path[-32:]
    there, gone = row.read_text(), row.read_text().replace('"open"', '"terminated"')
    row.write_text(gone)
    assert server.patch(path, b"4567", 4, X_Owner="unit-2").status == 404
    assert server.patch(path, b"4567", 4, X_Owner="").status == 401
    assert server.patch(path, b"456789ab", 4).status == 410
    row.write_text(there)
    assert server.patch(path, b"456789ab", 4).status == 204
    assert server.patch(path, b"x", 12).status == 413
    assert server.bytes_of(path[-32:]) == b"0123456789ab"


def test_pipelined_requests_are_answered_in_turn(start_server):
    server = start_server()
    path = server.create(8)
    requests = [
        f"PATCH {path} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nX-Owner: unit-1\r\n"
        f"Content-Type: application/offset+octet-stream\r\nUpload-Offset: {offset}\r\n"
        f"Content-Length: 4\r\n\r\nabcd"
        for offset in (0, 4)
    ]
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as sock:
        sock.sendall("".join(requests).encode())
        server.wait_for_bytes(path, 8)
    assert server.bytes_of(path[-32:]) == b"abcdabcd"


def test_bytes_come_straight_from_the_socket(start_server):
    """What the fast way relies on in gunicorn is still there; the slow way would fail here."""
    server = start_server(socket_only=True)
    content = content_of()
    path = server.create(SIZE)
    assert server.patch(path, content).status == 204
    assert server.bytes_of(path[-32:]) == content
