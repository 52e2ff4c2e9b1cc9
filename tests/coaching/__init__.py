"""Coaches: what they may see and do, and from when to when."""
