"""Volunteer coaches: which household they help, and what the people in it let them see."""
