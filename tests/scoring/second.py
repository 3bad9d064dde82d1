"""The second implementation, in the browser's language: many questions to one process of node."""

import base64
import hashlib
import json
import subprocess
from pathlib import Path

import playwright

from scoring.manifest import own_sources

SCRIPT = Path(__file__).with_name("second.mjs")
NODE = str(Path(playwright.__file__).parent / "driver" / "node")  # Debian's may know no Ed25519
PROGRAM = hashlib.sha256("".join(
    f"{hashlib.sha256(text).hexdigest()}  {name}\n" for name, text in sorted(own_sources().items())
).encode()).hexdigest()


def ask(questions):
    """An answer for each question, see ``second.mjs``."""
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    done = subprocess.run([NODE, str(SCRIPT)], input=lines, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def computed(inputs):
    """For each input its ranking as text, or the fault that was found."""
    return ask({"input": one if isinstance(one, str) else json.dumps(one)} for one in inputs)


def examined(bundles, key="", program=PROGRAM):
    """For each bundle's bytes the checks, and where it differs."""
    return ask({"bundle": base64.b64encode(one).decode(), "key": key, "program": program}
               for one in bundles)
