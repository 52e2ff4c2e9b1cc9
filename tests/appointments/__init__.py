"""Appointments: times, booking, series, calendars and the day list."""
