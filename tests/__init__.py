"""Modules are compiled once, not by each worker and each process that a test starts.

Machines that build images often forbid Python to keep what it compiles
(``PYTHONDONTWRITEBYTECODE``). Then half of a worker's collecting was to rewrite every assert.
"""

import os
import sys

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
