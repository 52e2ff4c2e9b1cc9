"""Wegwijs: the message path, the case store and the console of the regisseurs."""
