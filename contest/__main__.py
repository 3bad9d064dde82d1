"""``python -m contest`` is the ``hoithi`` command."""

from contest.cli import main

main()
