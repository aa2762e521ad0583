"""The entry of the command line: `emma`, and `python -m emma`."""

import sys


def main() -> int:
    """Run the command line; Ctrl-C is no traceback while its modules are still being loaded either."""
    try:
        from emma.cli.main import main as run_command
        from emma.cli.system import end_output

        code = run_command()
    except KeyboardInterrupt:
        print("interrupted before anything was begun", file=sys.stderr)
        return 130
    end_output()
    return code


if __name__ == "__main__":
    sys.exit(main())
