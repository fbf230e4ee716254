"""What the pages read, a module for each page; every look goes through `for_member`."""
