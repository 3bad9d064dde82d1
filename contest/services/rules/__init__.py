"""Rules in the making: drafts from a plan, edits of a rule file."""
