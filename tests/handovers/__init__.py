"""Tests of the queue to a human."""
