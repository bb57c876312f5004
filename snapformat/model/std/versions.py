"""The types of Rust's `semver` crate as annotations."""

from __future__ import annotations

from typing import Annotated

import semver

from snapformat.model import kinds
from snapformat.model.std.semver_text import (
    parse_comparator,
    parse_version,
    parse_version_req,
    version_order,
    version_text,
)

#: `semver::Version`: stored as a str.
Version = Annotated[
    semver.Version,
    kinds.Adapted(kinds.Str(), parse_version, version_text, "semver version", order=version_order),
]
#: `semver::VersionReq`: stored as a str; the value is its normal form.
VersionReq = Annotated[
    str, kinds.Adapted(kinds.Str(), parse_version_req, parse_version_req, "semver version requirement")
]
#: `semver::Comparator`: stored as a str; the value is its normal form.
Comparator = Annotated[
    str, kinds.Adapted(kinds.Str(), parse_comparator, parse_comparator, "semver comparator")
]
