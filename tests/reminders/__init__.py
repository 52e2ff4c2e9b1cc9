"""Reminders: what is wanted, when it leaves, and what became of it."""
