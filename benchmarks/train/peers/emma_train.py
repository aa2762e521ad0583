"""EMMA: `emma train RECIPE …`, with the clock running."""

import sys

from benchmarks.train.peers import clock
from emma.cli.main import main

clock.start()
code = main(["train", *sys.argv[1:]])
clock.write()
sys.exit(code)
