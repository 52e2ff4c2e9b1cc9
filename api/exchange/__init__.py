"""Cases in and out as spreadsheets: read line by line, and written so that they are read again."""
