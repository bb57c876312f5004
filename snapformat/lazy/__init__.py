"""Values whose fields are decoded when they are first used.

There is one mechanism. The class of an undecoded instance is a *lazy subclass* of its own class; its slots
are empty or hold the state, and the first access decodes. When nothing is left to decode, the instance
becomes one of the class itself and costs what any instance costs. The class is not changed, and one that is
never read lazily has no such subclass.

`lazy=True` leaves large structs in this form, each with a `LazyState` that knows the file's bytes and the
places of the fields in them; arrays of numbers may be decoded to views of those bytes. C structs are
read so in every load: their state is their own bytes (`snapformat.model.c_struct`).

There are no locks (`snapformat.once`). A field is marked as decoded before its slot is filled, and its slot
is filled before the value is handed out: wherever an interrupt strikes, changes that the caller may have made
are written. Two threads may decode a field at once; the slot takes the value of one, which both get.
"""
