"""DOCX templates: filling one, and vetting an uploaded one. Bytes in, bytes out."""
