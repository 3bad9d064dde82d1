"""A unit's pages: signing in, the entry form, sending the clip, its status."""
