# The names of the package: for type checkers, and for `lazy_exports` at run time.
# ruff: isort: skip_file
from snapformat.docs.collect import describe as describe
from snapformat.docs.model import Document as Document
from snapformat.docs.site import (
    OUTPUTS as OUTPUTS,
    Built as Built,
    build as build,
    make_site as make_site,
)
