"""Posts of clips on other platforms, before organisers."""
