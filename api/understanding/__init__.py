"""How well messages are understood, and how the bot learns from what it did not understand."""
