"""Every change of exhibits and bundles: one function each."""
