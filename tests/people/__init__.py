"""Tests of people, sign-in and linking."""
