"""Work on the stored files themselves."""
