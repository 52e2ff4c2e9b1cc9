"""What must survive a translation, and how it is recognised in each language."""
