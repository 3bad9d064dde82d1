"""Subtitles of a clip, to be read while it is watched on the contest's own pages."""
