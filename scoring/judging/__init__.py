"""Who marks which clip, and how strict each juror was."""
