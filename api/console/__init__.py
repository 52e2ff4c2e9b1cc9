"""The web pages of the regisseurs."""
