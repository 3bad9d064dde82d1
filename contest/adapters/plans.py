"""Plans from outside, read in a boxed process of their own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import plan_reading
from contest.adapters.boxed_python import ENVIRONMENT, fenced, isolated, limits
from contest.errors import Invalid

PACKAGE = Path(plan_reading.__file__).parent
CODE = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from plan_reading.cli import main; "
    "sys.exit(main())"
)
WALL_S, CPU_S = 40.0, 30
MEMORY, FILE_SIZE = 1 << 30, 0
UNREADABLE = 2


class BoxedPlans:
    """A ``PlanReader``: one process for each plan."""

    def read(self, path: Path) -> dict[str, Any]:
        """What the plan says, as ``plan_reading`` prints it. Raises ``Invalid`` with a sentence."""
        done = _run(path.resolve())
        if done is not None and done.returncode == 0:
            said: dict[str, Any] = json.loads(done.stdout)
            return said
        lines = done.stderr.decode("utf-8", "replace").splitlines() if done else []
        if done is not None and done.returncode == UNREADABLE and len(lines) == 2:  # noqa: PLR2004
            raise Invalid(lines[0], lines[1])
        raise Invalid(
            "Đọc tệp này quá lâu hoặc cần quá nhiều bộ nhớ. Hãy chép phần kế hoạch sang một tệp "
            "Word mới rồi gửi lại.",
            "Reading this file takes too long or too much memory. Copy the plan into a new Word "
            "file and send that.",
        )


def _run(source: Path) -> subprocess.CompletedProcess[bytes] | None:
    """The finished process; None where it took too long."""
    command = [*limits(cpu_s=CPU_S, memory=MEMORY, file_size=FILE_SIZE)]
    if isolated((PACKAGE,), "lxml, pypdf"):
        command += fenced([PACKAGE], "--ro-bind", str(source), str(source))
    command += [sys.executable, "-I", "-c", CODE, str(PACKAGE.parent), str(source), "--json"]
    try:
        return subprocess.run(
            command, env=ENVIRONMENT, timeout=WALL_S, check=False, stdin=subprocess.DEVNULL,
            capture_output=True, cwd="/",
        )
    except subprocess.TimeoutExpired:
        return None
