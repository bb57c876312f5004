"""Looking at snapshot files: what one is, what a release says of it, its bytes.

The JSON document of a file is apart, in `snapformat.inspect.document`: looking at a file needs no JSON.
"""

from snapformat.inspect.excerpt import excerpt
from snapformat.inspect.families import Family, Recognition
from snapformat.inspect.identify import (
    Candidate,
    Identity,
    best_candidate,
    candidates,
    identify,
    load_any,
    max_file_size,
    named_format,
)
from snapformat.inspect.summary import ChecksumSummary, Status, Summary, summarize
from snapformat.inspect.verdict import Verdict, judge

__all__ = [
    "Candidate",
    "ChecksumSummary",
    "Family",
    "Identity",
    "Recognition",
    "Status",
    "Summary",
    "Verdict",
    "best_candidate",
    "candidates",
    "excerpt",
    "identify",
    "judge",
    "load_any",
    "max_file_size",
    "named_format",
    "summarize",
]
