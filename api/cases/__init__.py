"""The case of a participant and the rules of the law."""
