"""Measures what the design promises, on a whole running system, once on each of the two stores."""
