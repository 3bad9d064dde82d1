"""Ways out: what an organiser undoes with a second one."""
