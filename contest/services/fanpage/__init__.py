"""Publishing clips on the Fanpage: planned, released together, each posted once."""
