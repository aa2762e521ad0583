"""`python -m emma` is the command line."""

import sys

from emma.cli import main

sys.exit(main())
