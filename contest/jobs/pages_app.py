"""The pages' own application, for jobs that write mails and published pages with it.

A job is a fork of the worker. What the worker has made before, each job finds in its place: making
the application and importing the pages cost a second for each mail.
"""

from functools import lru_cache

from flask import Flask

from contest.web import create_app
from contest.wiring import Platform


@lru_cache(maxsize=1)
def of(platform: Platform) -> Flask:
    """The application of a platform with these settings."""
    return create_app(platform)
