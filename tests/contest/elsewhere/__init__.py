"""Posts of clips on other platforms."""
