"""Run the command line with `python -m aidsafe`."""

from aidsafe.cli.main import main

if __name__ == "__main__":
    main()
