"""Many runs, each a fork of a process that has been through a calm contest: what that made the
application compile (statements, addresses, templates) was a fifth of a run's processor time."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from tests import forks
from tests.faults.matrix.run import (
    LONGEST_S,
    Order,
    Told,
    alone,
    once_compiled,
    perform,
    read_answer,
)


class Nursery:
    def __init__(self, line: "Connection[object, object]") -> None:
        self.line = line

    def performed(self, order: Order) -> Told:
        """The whole contest under its faults, in a process of its own."""
        answer = order.folder.with_suffix(".json")
        self.line.send((order, answer))
        pid = self.line.recv()
        if not self.line.poll(LONGEST_S):
            os.killpg(int(str(pid)), signal.SIGKILL)
            self.line.recv()
            return Told([f"not at its end after {LONGEST_S} s"])
        self.line.recv()
        return read_answer(order, answer)


@contextmanager
def nursery(direct: str, folder: Path, templates: Path) -> Iterator[Nursery]:
    """``direct``: an empty database for the calm contest, which is through when this begins."""
    ours, theirs = forks.FORKS.Pipe()
    calm = Order((), 0, folder, direct)
    process = forks.begin(nurse, theirs, calm, templates)
    theirs.close()
    assert ours.recv() == []
    yield Nursery(ours)
    ours.close()
    process.join()


def nurse(line: "Connection[object, object]", calm: Order, templates: Path) -> None:
    with once_compiled(templates):
        line.send(perform(calm).wrongs)
        shutil.rmtree(calm.folder)
        while True:
            try:
                order, answer = line.recv()  # type: ignore[misc]
            except EOFError:
                return
            pid = os.fork()
            if not pid:
                alone(order, answer)
                os._exit(0)
            line.send(pid)
            os.waitpid(pid, 0)
            line.send(None)
