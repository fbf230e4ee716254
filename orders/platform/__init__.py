"""The AliExpress Open Platform, as far as it needs no database: forms, signatures, times and words."""
