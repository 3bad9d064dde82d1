"""A clip's way onto the Fanpage: planned, released, posted once."""
