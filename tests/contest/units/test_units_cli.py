"""`hoithi units`: data on standard output, talk on standard error."""

import csv
import io
import os

import pytest

from contest.services.units import unit_links
from tests import forks

CSV = "Tên đơn vị,Khối\nĐoàn Phường 1,Cụm 1\nĐoàn Phường 2,Cụm 1\n"


@pytest.fixture
def database_url(sqlite_url):
    """One kind of database is enough: the services are tested on both."""
    return sqlite_url


@pytest.fixture
def run(settings):
    """Run the command as a shell would: its exit code and what it wrote."""
    names = ("data_dir", "database_url", "redis_url", "secret_key")
    environ = {f"HOITHI_{name.upper()}": str(getattr(settings, name)) for name in names}

    def call(*arguments):
        done = forks.command_text(*arguments, environ=os.environ | environ)
        return done.returncode, done.stdout, done.stderr

    return call


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text(CSV)
    return str(path)


def test_a_dry_run_says_what_each_row_would_do(run, contest, file):
    code, out, _err = run("units", "import", file, "--dry-run")
    assert (code, out) == (0, "2\tnew\tĐoàn Phường 1\t\n3\tnew\tĐoàn Phường 2\t\n")
    assert run("units", "links") == (0, "unit,link,code,until\n", "")


def test_an_import_and_its_links(run, platform, contest, file):
    assert run("units", "import", file)[2] == "2 new, 0 changed, 0 same\n"
    _code, out, _err = run("units", "links", "--unit", "Đoàn Phường 2")
    (row,) = csv.DictReader(io.StringIO(out))
    with platform.db.write() as session:
        at = platform.clock.now()
        key = platform.keys.unit_codes(session)
        entered = unit_links.enter(
            session, unit_links.by_code(session, row["code"], key=key, at=at), at=at
        )
        assert entered.unit.name == "Đoàn Phường 2"


def test_an_error_in_a_row_is_named_and_nothing_is_stored(run, contest, tmp_path):
    path = tmp_path / "units.csv"
    path.write_text(CSV + "Đoàn Phường 1,\n")
    code, _out, err = run("units", "import", str(path))
    assert code == 2
    assert "dòng 4: Trùng tên với dòng 2." in err
    assert run("units", "links")[1] == "unit,link,code,until\n"


def test_without_a_contest_or_a_file_there_is_a_sentence(run, platform, file):
    assert run("units", "import", file)[0] == 2
    code, _out, err = run("units", "import", "/nonexistent.csv")
    assert (code, "Không mở được /nonexistent.csv" in err) == (2, True)
