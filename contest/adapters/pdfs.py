"""What a PDF from outside says, read in a boxed process of its own: it sees nothing else."""

import json
import subprocess
import sys
from pathlib import Path

from contest.adapters.boxed_python import ENVIRONMENT, fenced, isolated, limits

SCRIPT = Path(__file__).with_name("pdf_read_out.py")
WALL_S, CPU_S = 40.0, 30
MEMORY, FILE_SIZE = 1 << 30, 0


class BoxedPdfs:
    """A ``PdfReader``: one process for each file."""

    def texts(self, content: bytes) -> list[str]:
        """Every text in one; none where it cannot be read, has a password, or takes too long."""
        command = [*limits(cpu_s=CPU_S, memory=MEMORY, file_size=FILE_SIZE)]
        if isolated((SCRIPT,), "pypdf"):
            command += fenced([SCRIPT])
        try:
            done = subprocess.run(
                [*command, sys.executable, "-I", str(SCRIPT)], env=ENVIRONMENT, input=content,
                timeout=WALL_S, check=False, capture_output=True, cwd="/",
            )
        except subprocess.TimeoutExpired:
            return []
        return list(json.loads(done.stdout)) if done.returncode == 0 else []
