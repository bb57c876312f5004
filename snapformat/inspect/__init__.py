"""Inspecting snapshot files: identify, judge, summarize, and print bytes.

The JSON document of a file is in `snapformat.inspect.document`, so that inspecting does not import JSON.
"""

from snapformat.inspect.condition import Condition
from snapformat.inspect.excerpt import excerpt
from snapformat.inspect.families import Family, FamilyWithViews, Recognition
from snapformat.inspect.findings import Finding, Severity, deep_findings, has_deep_checks
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
    "Condition",
    "Family",
    "FamilyWithViews",
    "Finding",
    "Identity",
    "Recognition",
    "Severity",
    "Status",
    "Summary",
    "Verdict",
    "best_candidate",
    "candidates",
    "deep_findings",
    "excerpt",
    "has_deep_checks",
    "identify",
    "judge",
    "load_any",
    "max_file_size",
    "named_format",
    "summarize",
]
