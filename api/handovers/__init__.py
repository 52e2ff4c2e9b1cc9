"""The queue of questions that need a person, and the response clock."""
