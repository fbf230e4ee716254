"""That the benchmarks run, and say what they found; never how fast anything is."""
