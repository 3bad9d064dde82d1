"""Entries that are no clip: pictures, documents, texts. Reads them in the box, makes facts."""
