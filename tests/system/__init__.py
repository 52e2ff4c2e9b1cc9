"""The whole system, with the real Rasa."""
