"""Types of Solana, as its programs store them with bincode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from snapformat import Encoding, schema
from snapformat.bincode import FixedBytes, Length, Option, compact_u16, f64, i64, u8, u64
from snapformat.encodings.bincode.encoding import sealed
from snapformat.model.annotations import KindMark
from snapformat.model.kinds import Kind
from snapformat.model.protocol import ValueReader, ValueWriter
from snapformat.trampoline import Task

T = TypeVar("T")
ShortVec = Annotated[list[T], Length(compact_u16)]
ShortBytes = Annotated[bytes, Length(compact_u16)]

Pubkey = FixedBytes[32]
Hash = FixedBytes[32]
Signature = FixedBytes[64]
Keypair = FixedBytes[64]

BINCODE = Encoding.bincode1()


@schema
class MessageHeader:
    """How many of the keys sign, and how many are read only."""

    num_required_signatures: u8
    num_readonly_signed_accounts: u8
    num_readonly_unsigned_accounts: u8


@schema
class CompiledInstruction:
    """A call of a program, with places in the list of keys."""

    program_id_index: u8
    accounts: ShortBytes
    data: ShortBytes


@schema
class Message:
    """The signed part of a transaction."""

    header: MessageHeader
    account_keys: ShortVec[Pubkey]
    recent_blockhash: Hash
    instructions: ShortVec[CompiledInstruction]


@schema
class Transaction:
    """A message and its signatures."""

    signatures: ShortVec[Signature]
    message: Message


@schema
class MessageAddressTableLookup:
    """Keys that stand in a table on the chain."""

    account_key: Pubkey
    writable_indexes: ShortBytes
    readonly_indexes: ShortBytes


@schema
class MessageV0:
    """A message whose keys may stand in tables."""

    header: MessageHeader
    account_keys: ShortVec[Pubkey]
    recent_blockhash: Hash
    instructions: ShortVec[CompiledInstruction]
    address_table_lookups: ShortVec[MessageAddressTableLookup]


class VersionedKind(Kind):
    """A message of any version: a first byte from 128 is the version, and any other one is the header's."""

    __slots__ = ()

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write the version of a `MessageV0`, and the message."""
        if isinstance(value, MessageV0):
            _BYTE.write(0x80, out)
            yield sealed(MessageV0).write(value, out)
        else:
            yield sealed(Message).write(value, out)
        return value

    def read(self, source: ValueReader) -> Task:
        """Read a `Message` or a `MessageV0`."""
        start = source.mark()
        first = _BYTE.read(source)
        if first == 0x80:
            return (yield sealed(MessageV0).read(source))
        if first > 0x80:
            source.fail("not a version of a message", "128 (version 0)", f"{first}", start)
        numbers = _BYTE.read(source), _BYTE.read(source)
        keys = yield _KEYS.read(source)
        blockhash = _HASH.read(source)
        instructions = yield sealed(ShortVec[CompiledInstruction]).read(source)
        return Message(MessageHeader(first, *numbers), keys, blockhash, instructions)

    def children(self) -> Sequence[Kind]:
        """The messages."""
        return sealed(Message), sealed(MessageV0)


class _Versioned(KindMark):
    def of(self, *items: Kind) -> Kind:
        return VersionedKind()


_BYTE, _HASH, _KEYS = sealed(u8), sealed(Hash), sealed(ShortVec[Pubkey])
VersionedMessage = Annotated[Any, _Versioned()]


@schema
class VersionedTransaction:
    """A message of any version and its signatures."""

    signatures: ShortVec[Signature]
    message: VersionedMessage


@schema
class AccountMeta:
    """An account that a program is called with."""

    pubkey: Pubkey
    is_signer: bool
    is_writable: bool


@schema
class Instruction:
    """A call of a program."""

    program_id: Pubkey
    accounts: list[AccountMeta]
    data: bytes


@schema
class Clock:
    """The time on the chain."""

    slot: u64
    epoch_start_timestamp: i64
    epoch: u64
    leader_schedule_epoch: u64
    unix_timestamp: i64


@schema
class Rent:
    """What an account costs."""

    lamports_per_byte_year: u64
    exemption_threshold: f64
    burn_percent: u8


@schema
class EpochSchedule:
    """How long epochs are."""

    slots_per_epoch: u64
    leader_schedule_slot_offset: u64
    warmup: bool
    first_normal_epoch: u64
    first_normal_slot: u64


@schema
class StakeHistoryEntry:
    """What was staked in an epoch."""

    effective: u64
    activating: u64
    deactivating: u64


@schema
class EpochInfo:
    """Where an epoch is."""

    epoch: u64
    slot_index: u64
    slots_in_epoch: u64
    absolute_slot: u64
    block_height: u64
    transaction_count: Option[u64]


#: Types by the name that solders has for them. (Its `Account` is not that of the chain: the owner is text.)
TYPES: dict[str, Any] = {
    "Pubkey": Pubkey,
    "Hash": Hash,
    "Signature": Signature,
    "MessageHeader": MessageHeader,
    "CompiledInstruction": CompiledInstruction,
    "Message": Message,
    "Transaction": Transaction,
    "MessageAddressTableLookup": MessageAddressTableLookup,
    "MessageV0": MessageV0,
    "VersionedTransaction": VersionedTransaction,
    "AccountMeta": AccountMeta,
    "Instruction": Instruction,
    "Clock": Clock,
    "Rent": Rent,
    "EpochSchedule": EpochSchedule,
    "StakeHistoryEntry": StakeHistoryEntry,
    "SlotHashes": list[tuple[u64, Hash]],
    "StakeHistory": list[tuple[u64, StakeHistoryEntry]],
    "EpochInfo": EpochInfo,
}
