"""What is due, when, to whom and in which words: reminders of appointments and deadlines."""
