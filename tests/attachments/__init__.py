"""Files of participants: what is let in, how it is fetched, who may see it."""
