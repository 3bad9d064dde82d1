"""Rows of entries that are no clip: pictures, a document, a text."""
