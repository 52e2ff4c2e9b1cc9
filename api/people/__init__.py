"""Participants, coaches, regisseurs and municipalities; sign-in; linking a chat to a person."""
