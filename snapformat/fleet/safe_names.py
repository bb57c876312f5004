"""Names and texts without credentials: of locations, messages and reports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

#: The authority of a URL up to its last `@`, and its query and fragment.
_USER = re.compile(r"(?<=://)[^/\s'\"<>]*@")
_QUERY = re.compile(r"(://[^\s'\"<>?]*)\?[^\s'\"<>]*")
#: Names of credentials in texts: headers, parameters, arguments.
_NAMED = re.compile(
    r"(?i)((?:secret|password|passwd|token|signature|credential|authorization|sig|api[-_]?key)[\w-]*"
    r"['\"]?\s*[=:]\s*['\"]?)(?:bearer\s+|basic\s+)?[^\s'\"&,;)}]+"
)
_HIDDEN = "***"
#: Shortest text that is taken for a secret where it occurs.
_SHORTEST = 4


def clean_url(url: str) -> str:
    """Return a URL without user, password, query and fragment; a path without a scheme as it is."""
    if "://" not in url:
        return url
    found = _QUERY.sub(r"\1", _USER.sub("", url))
    return found.partition("#")[0] if found.startswith(("http://", "https://")) else found


def secrets_of(urls: Iterable[str], options: Mapping[str, Any]) -> frozenset[str]:
    """Return the texts that must not be repeated: users, passwords and queries of URLs, values of options."""
    found: set[str] = set()
    for url in urls:
        for user in _USER.findall(url):
            found.update((user[:-1], *user[:-1].split(":", 1)[1:]))
        if "://" in url:
            query = url.partition("?")[2]
            found.add(query)
            found.update(each.partition("=")[2] for each in query.split("&"))
    waiting: list[tuple[str, Any]] = [*options.items()]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting.extend(value.items())
        elif isinstance(value, str) and _is_secret(str(name)):
            found.add(value)
    found |= {unquote(each) for each in found}
    return frozenset(each for each in found if len(each) >= _SHORTEST)


def _is_secret(name: str) -> bool:
    words = ("secret", "password", "passwd", "token", "credential", "key", "auth", "sig")
    return any(word in name.lower() for word in words)


def without_secrets(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text of foreign code without credentials: known ones, and what looks like one."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    return _NAMED.sub(rf"\1{_HIDDEN}", _QUERY.sub(r"\1", _USER.sub("", text)))


def as_text(name: str) -> str:
    r"""Return a name that Arrow and JSON can hold: bytes that are not UTF-8 are escaped (`\xff`)."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def member_name(name: str) -> str:
    """Return the name of a member of an archive as a relative path without `..` and control characters."""
    parts = [part for part in name.replace("\0", "").split("/") if part not in ("", ".", "..")]
    text = as_text("/".join(parts))
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text) or "unnamed"
