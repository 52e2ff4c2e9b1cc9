"""The doors through which messages come in and go out."""
