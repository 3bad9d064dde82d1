"""Files from links: resolved once, connected to that very address, never into a private network."""
