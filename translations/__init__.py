"""The words of Wegwijs in five languages."""
