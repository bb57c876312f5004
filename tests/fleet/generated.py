"""A file system of fsspec with as many names as wanted, none of which is stored anywhere."""

from __future__ import annotations

from typing import Any, ClassVar

import fsspec

#: Files of a folder.
_TOGETHER = 1000
_CONTENT = b"no snapshot"


class Generated(fsspec.AbstractFileSystem):
    """`generated://NUMBER`: that many files, in folders of a thousand."""

    protocol: ClassVar[str] = "generated"

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        """List the folders of a number, or the files of a folder."""
        number, _, folder = self._strip_protocol(path).strip("/").partition("/")
        count = int(number)
        if not folder:
            found = [
                {"name": f"{number}/{each:06}", "type": "directory", "size": 0}
                for each in range(-(-count // _TOGETHER))
            ]
        else:
            first = int(folder) * _TOGETHER
            found = [
                {
                    "name": f"{number}/{folder}/vm-{each:09}.vmstate",
                    "type": "file",
                    "size": len(_CONTENT),
                    "mtime": 1_700_000_000.0,
                }
                for each in range(first, min(first + _TOGETHER, count))
            ]
        return found if detail else [each["name"] for each in found]

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Describe the folder of all."""
        return {"name": self._strip_protocol(path), "type": "directory", "size": 0}

    def cat_file(self, path: str, start: Any = None, end: Any = None, **_: Any) -> bytes:
        """Return the same few bytes for every file."""
        return _CONTENT


fsspec.register_implementation("generated", Generated, clobber=True)
