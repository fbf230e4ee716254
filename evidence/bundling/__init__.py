"""From a case to its PDF: collect, prepare, render, assemble, verify, publish."""
