"""What the server of forks imports first (``forks.py``); nobody else does."""

from tests import forks

forks.import_all()
