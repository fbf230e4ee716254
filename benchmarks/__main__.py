"""Runs one benchmark: `python -m benchmarks timers`. It prints a table and writes benchmarks/results/NAME.json."""

import argparse
import signal
import sys
from importlib import import_module

# Each module has a `main(*, quick: bool) -> Results`. They are imported when they are asked for: some start servers,
# and set Django up on them, before they import a model.
BENCHMARKS = {
    "timers": "benchmarks.timers.running",
    "import": "benchmarks.importing.running",
    "web": "benchmarks.web.running",
}
STOPPED = 143


def main(words: list[str]) -> int:
    """The exit code: a target that is missed stands in the results, and is no failure of the run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=sorted(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="tiny sizes: shows that it runs, measures nothing")
    options = parser.parse_args(words)
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(STOPPED))  # the servers are stopped on the way out
    results = import_module(BENCHMARKS[options.name]).main(quick=options.quick)
    sys.stdout.write(results.table() + "\n")
    if not options.quick:
        sys.stdout.write(f"\nwritten to {results.keep()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
