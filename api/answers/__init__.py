"""From a key to the words a person reads."""
