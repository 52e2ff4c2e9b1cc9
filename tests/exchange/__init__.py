"""Cases in and out: imports, exports."""
