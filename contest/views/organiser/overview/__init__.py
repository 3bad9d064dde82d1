"""The desk: what to do now, what runs by itself, what comes next, and its pictures."""
