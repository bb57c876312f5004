"""`python -m snapformat`: the command line."""

from snapformat.cli import main

if __name__ == "__main__":
    main()
