"""The pages, a module for each. Every address reads through `for_member` and writes only where the reader works."""
