"""Views of vCPUs on aarch64. The tables of the architecture are imported where a file of it needs them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from snapformat.inspect.locations import Location
from snapformat.inspect.view_locations import ViewLocation
from snapformat.inspect.view_tables import ByName
from snapformat.inspect.views import HEX, NUMBER, NUMBER_OR_NONE, TEXT_OR_NONE, Part, View, Views, computed
from snapformat.model import kinds
from snapformat_schemas.firecracker import depends

if TYPE_CHECKING:
    from snapformat_schemas.kvm.aarch64.control import Midr
    from snapformat_schemas.kvm.aarch64.registers import Register

#: MIDR_EL1 by its encoding as a system register.
_MIDR = (3, 0, 0, 0, 0)
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]{1,16}|[1-9][0-9]{0,19}|0")
_DERIVED = "the register MIDR_EL1 of each vCPU has it"


class Registers(ByName[int]):
    """The registers of a vCPU, by Arm's names, or by KVM's id: `PC`, `0x6030000000100040`.

    They can be removed from the list; Firecracker restores the others.
    """

    __slots__ = ()

    def _all(self) -> list[Register]:
        from snapformat_schemas.kvm.aarch64 import registers

        return registers.registers(*self._raw.value.regs)

    def _names(self) -> list[str]:
        return [*dict.fromkeys(register.name for register in self._all())]

    def _locate(self, name: str) -> Location | None:
        number = _id_of(name)
        for position, register in enumerate(self._all()):
            if name == register.name or number == register.id:
                return self._at_register(position, register)
        return None

    def __delitem__(self, name: str) -> None:
        self._at(name).remove()

    def _at_register(self, position: int, register: Register) -> Location:
        from snapformat_schemas.kvm.aarch64 import registers

        size, owner = registers.size_of(register.id), self._raw.value

        def put(new: int) -> None:
            ids, data = owner.regs
            end = register.offset + size
            owner.regs = ids, data[: register.offset] + new.to_bytes(size, "little") + data[end:]

        def drop() -> None:
            """Remove every register with this id, as upstream's snapshot-editor does."""
            kept = [each for each in registers.registers(*owner.regs) if each.id != register.id]
            values = (each.value.to_bytes(registers.size_of(each.id), "little") for each in kept)
            owner.regs = [each.id for each in kept], b"".join(values)

        kind = kinds.Int(f"u{8 * size}", size, signed=False, hex=True)
        origin = (*self._raw.segments, "regs", "registers", position, "value")
        return ViewLocation(kind, register.value, (*self._segments, register.name), put, origin, drop=drop)


def _id_of(text: str) -> int | None:
    """Return an id given as a number, decimal or hexadecimal; None for a name."""
    return int(text, 0) if _NUMBER.fullmatch(text) else None


class Aarch64VcpuViews(Views):
    """A vCPU of aarch64."""

    __slots__ = ()

    mpidr: View[int] = View(HEX, "MPIDR_EL1, its affinity", at="mpidr", read_only=depends.MPIDR)
    mp_state: View[int] = View(NUMBER, "Run state: 0 runnable, 5 stopped", at="mp_state.mp_state")
    reg: Part[Registers] = Part(Registers, "Register, by Arm's name or KVM's id: `PC`, `X0`, `SCTLR_EL1`")


class Aarch64Cpu(Views):
    """The processor that the first vCPU shows the guest; the part is that vCPU."""

    __slots__ = ()

    def _midr(self) -> Midr | None:
        """Return what MIDR_EL1 says; None if the list has no such register."""
        from snapformat_schemas.kvm.aarch64 import control, registers

        wanted = registers.system_register_id(_MIDR)
        listed = registers.registers(*self._raw.value.regs)
        return next((control.midr(register.value) for register in listed if register.id == wanted), None)

    @computed(TEXT_OR_NONE, "Company that built it", at="regs", read_only=_DERIVED)
    def vendor(self) -> str | None:
        """The implementer."""
        return None if (found := self._midr()) is None else found.implementer

    @computed(TEXT_OR_NONE, "Model", at="regs", read_only=_DERIVED)
    def brand(self) -> str | None:
        """The part."""
        return None if (found := self._midr()) is None else found.part

    @computed(NUMBER_OR_NONE, "Major revision", at="regs", read_only=_DERIVED)
    def variant(self) -> int | None:
        """The n of rNpM."""
        return None if (found := self._midr()) is None else found.variant

    @computed(NUMBER_OR_NONE, "Minor revision", at="regs", read_only=_DERIVED)
    def revision(self) -> int | None:
        """The m of rNpM."""
        return None if (found := self._midr()) is None else found.revision
