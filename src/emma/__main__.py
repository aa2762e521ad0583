"""`python -m emma` is the command line."""

import sys

from emma.cli.main import main

sys.exit(main())
