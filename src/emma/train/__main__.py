"""`python -m emma.train RECIPE` is `emma train RECIPE`; torchrun starts it as one of several processes."""

import sys

from emma.launch import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
