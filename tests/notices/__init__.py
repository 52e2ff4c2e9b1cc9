"""Of the e-mails to staff."""
