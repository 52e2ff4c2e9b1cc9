"""A conversation and the path of one message through it."""
