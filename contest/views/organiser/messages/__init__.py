"""What is sent and told: planned reminders, letters, messages to hand on."""
