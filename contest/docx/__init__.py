"""DOCX templates: filling one, and vetting one that came from outside. Bytes in, bytes out."""
