"""Tests of the case and the rules of the law."""
