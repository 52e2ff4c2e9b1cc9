"""What participants send besides words: passed on to a person after a yes, and never before."""
