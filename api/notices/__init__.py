"""E-mail to staff: something waits in Wegwijs. Never what, and never of whom."""
