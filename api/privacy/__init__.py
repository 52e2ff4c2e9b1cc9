"""What may be kept about a person, and what never is."""
