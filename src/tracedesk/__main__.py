"""`python -m tracedesk` is the command line."""

from tracedesk.cli.main import main

if __name__ == "__main__":
    main()
