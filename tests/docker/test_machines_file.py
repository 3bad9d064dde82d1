"""docker/compose.machines.yaml: what it says of our services is what they understand."""

import json
import re

import click

from contest.cli import root
from tests.docker.stack import COMMAND, COMPOSE, SERVICE, commands

MACHINES = COMPOSE.with_name("compose.machines.yaml").read_text().split("\nservices:\n")[1]
NAMES = re.findall(r"^  ([a-z0-9-]+):", MACHINES, re.MULTILINE)


def test_every_service_of_one_host_has_its_place_on_many() -> None:
    assert set(NAMES) == {*commands(), "postgres", "redis"}
    assert len(re.findall(r"profiles: \[[a-z-]+\]", MACHINES)) == len(NAMES)


def test_the_front_knows_every_machine_that_publishes_a_port() -> None:
    bodies = dict(SERVICE.findall(MACHINES))
    line = COMMAND.search(bodies["front"])
    assert line
    name, *words = json.loads(line[1])
    with click.Context(root) as above:
        made = root.get_command(above, name)
        assert made is not None
        given = made.make_context(name, words, parent=above).params
    for kind, service in (("web", "web-1"), ("uploads", "uploads")):
        ports = {place.rpartition(":")[2] for place in given[kind]}
        assert ports == set(re.findall(r":(\d+):8000", bodies[service]))
        assert len(given[kind]) > 1
