"""The jurors' screens."""
