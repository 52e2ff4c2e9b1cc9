"""What Rasa lacks for this assistant: its words, its doubt, its door and its short memory."""
