"""Posts of clips on other platforms, and their counts."""
