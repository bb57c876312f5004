"""`python -m snapformat`: the command line."""

import os
import sys

if __name__ == "__main__":
    # Python puts the working folder first, where its modules would replace those of packages. A checkout that
    # this package itself was imported from stays.
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if not sys.flags.safe_path and sys.path and os.path.abspath(sys.path[0]) != home:
        del sys.path[0]
    from snapformat.cli import main

    main()
