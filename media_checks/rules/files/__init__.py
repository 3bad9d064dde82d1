"""The rules of pictures, documents and texts, in the order in which findings are reported."""

from __future__ import annotations

from ..kinds import Rule
from . import documents, pictures, texts

PICTURE_RULES: dict[str, Rule] = {rule.name: rule for rule in pictures.RULES}
DOCUMENT_RULES: dict[str, Rule] = {rule.name: rule for rule in documents.RULES}
TEXT_RULES: dict[str, Rule] = {rule.name: rule for rule in texts.RULES}

__all__ = ["DOCUMENT_RULES", "PICTURE_RULES", "TEXT_RULES"]
