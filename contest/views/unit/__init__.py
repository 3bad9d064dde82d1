"""A unit's screens: the form, sending the clip, what follows."""
