"""Progress talks and other appointments."""
