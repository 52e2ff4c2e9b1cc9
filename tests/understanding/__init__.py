"""How well messages are understood, and learning from those that were not."""
