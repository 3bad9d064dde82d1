"""The jurors' pages."""
