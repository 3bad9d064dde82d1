"""To meddle with the files of a bundle, and to read what ``verify`` says of it."""

import json

import example

from scoring import archive, evidence, signature
from scoring.manifest import MANIFEST, SIGNATURE, manifest
from scoring.verification import check

PRINT = signature.fingerprint(example.PUBLIC)


def checks(files, **options):
    return check(archive.write(files.items()), **options)


def said(files, what, **options):
    """The only thing said about ``what``."""
    [found] = [item for item in checks(files, **options) if item.what == what]
    return found.holds, found.vi, found.en


def sealed(files, **changed):
    """What a forger without the key would give: a manifest that fits, and no signature."""
    names = {name.replace("_json", ".json"): evidence.text(new) for name, new in changed.items()}
    kept = {name: text for name, text in files.items() if name != SIGNATURE} | names
    return kept | {MANIFEST: manifest(kept)}


def read(files, name):
    return json.loads(files[name])
