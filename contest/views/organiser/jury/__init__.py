"""Who marks what, and how strict each juror was: the organisers' pages."""
