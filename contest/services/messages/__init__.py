"""Words that reach people: planned reminders, letters in a contest's own words, who was told."""
