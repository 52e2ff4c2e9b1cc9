"""Doubles of the outside world: real servers on this machine, driven by the tests."""
