"""The table of formats: what they are declared as, and the files that they are held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from . import bmp, dns, elf, gif, gpt, mp4, packets, pcap, pe, png, samples, wav, zip_file


@dataclass(frozen=True, slots=True)
class Format:
    """A format and its files.

    Attributes:
        name: Its name.
        struct: Its declaration.
        files: Makes its files, by name.
        edit: Edits a parsed value in place.
    """

    name: str
    struct: Any
    files: Callable[[], dict[str, bytes]]
    edit: Callable[[Any], None]


def _elf() -> dict[str, bytes]:
    found = {f"made{bits}{order}": samples.elf(order, bits) for bits in (32, 64) for order in "<>"}
    own = samples.elf_of_python()
    return found if own is None else found | {"python": own}


def _pe() -> dict[str, bytes]:
    found = {"made": samples.pe(), "made32": samples.pe(plus=False)}
    # pip's launchers; some distributions leave them out.
    pip = find_spec("pip")
    launcher = Path(pip.origin or "").parent / "_vendor" / "distlib" / "t64.exe" if pip else Path()
    return found | {"launcher": launcher.read_bytes()} if launcher.is_file() else found


def _bmp() -> dict[str, bytes]:
    made = {"made": samples.bmp(), "topmost": samples.bmp(3, -4, 32), "indexed": samples.bmp(9, 2, 4)}
    return made | {"python": samples.golden("python.bmp")}


FORMATS = (
    Format("png", png.PNG, lambda: {"made": samples.png(), "python": samples.golden("python.png")}, png.edit),
    Format("gif", gif.GIF, lambda: {"made": samples.gif(), "python": samples.golden("python.gif")}, gif.edit),
    Format("bmp", bmp.BMP, _bmp, bmp.edit),
    Format(
        "wav", wav.WAV, lambda: {"made": samples.wav(), "pluck": samples.golden("pluck-pcm8.wav")}, wav.edit
    ),
    Format("zip", zip_file.ZIP, lambda: {"made": samples.zip_file()}, zip_file.edit),
    Format("pcap", pcap.PCAP, lambda: {"made": samples.pcap(), "big": samples.pcap(2, ">")}, pcap.edit),
    Format("elf", elf.ELF, _elf, elf.edit),
    Format("pe", pe.PE, _pe, pe.edit),
    Format("mp4", mp4.MP4, lambda: {"made": samples.mp4()}, mp4.edit),
    Format("gpt", gpt.GPT, lambda: {"made": samples.gpt()}, gpt.edit),
    Format("dns", dns.DNS, lambda: {"made": samples.dns()}, dns.edit),
    Format("ethernet", packets.ETHERNET, samples.frames, packets.edit),
    Format("mbr", gpt.MBR, lambda: {"made": samples.gpt()[:512]}, gpt.edit_mbr),
    Format("arp", packets.ARP, lambda: {"made": samples.frames()["arp"][14:42]}, packets.edit_arp),
)
