"""Modules are compiled once, not by each worker and each process that a test starts.

Machines that build images often forbid Python to keep what it compiles
(``PYTHONDONTWRITEBYTECODE``). Then half of a worker's collecting was to rewrite every assert.

OpenBLAS, which comes with NumPy, begins a thread for each processor and lets it turn for a while
before it sleeps: a quarter of what it costs a process to import NumPy, and nothing here needs them.
"""

import os
import sys

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
