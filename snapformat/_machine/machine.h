/* The machine: executes programs that `snapformat.encodings.bincode.codec.machine` makes from operations.

   A program is an array of 32-bit words (see opcodes.h) and a tuple of objects. Reading, writing, skipping and checking
   are four walks over it. Every function that can fail returns NULL or -1. If no exception is set then, it refuses: the
   value is not valid, or not one that this code handles. The caller asks the reference, which says why. */
#ifndef SNAPFORMAT_MACHINE_H
#define SNAPFORMAT_MACHINE_H
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#include "opcodes.h"

#define MAX_DEPTH 512

typedef struct {
    PyObject_HEAD
    int32_t *code;
    Py_ssize_t words;
    PyObject *objects; /* NULL once the collector has cleared it */
    int root;
    int check;   /* whether values can be checked without making them */
    Py_ssize_t claimed, zero_sized; /* slots of the claims */
    Py_ssize_t hint;                /* size of the last bytes written */
} Program;

/* Numbers may go beyond the data: nothing is read without a check of what is left. */
typedef struct {
    const int32_t *g;
    PyObject **o;
    const uint8_t *d, *p, *e;
    PyObject *data, *claims;
    const Program *program;
    uintptr_t stack; /* lowest address of the C stack that may be used */
    int64_t claimed, zero_sized;
    int depth;
} Reader;

typedef struct {
    const int32_t *g;
    PyObject **o;
    uint8_t *b;
    size_t n, cap;
    PyObject *bytes; /* that `b` is in; NULL while it is the caller's */
    const Program *program;
    uintptr_t stack;
    int depth, subclasses;
} Writer;

#define A(name) (g[pc + (name)])
#define SLOT(object, offset) (*(PyObject **)((char *)(object) + (offset)))
#define LEFT(r) ((r)->e - (r)->p)

/* stack.c */
uintptr_t stack_limit(void);
static inline int is_deep(uintptr_t limit) {
    return (uintptr_t)__builtin_frame_address(0) < limit;
}

/* read.c */
PyObject *read_value(Reader *r, int pc);
int64_t read_length(Reader *r, int pc);
int read_variable(Reader *r, int pc, uint64_t *found); /* of VARU and VARI, before zigzag */
int set_claims(Reader *r);
int get_claims(Reader *r);
int claim_zero_sized(Reader *r, int64_t count, int64_t cost);

/* track.c */
void show(const Reader *r, int pc, PyObject *value);
static inline void hide(PyObject *value) {
    if (PyObject_IS_GC(value))
        PyObject_GC_UnTrack(value);
}

/* module.c: the ints 0 to 255, which all interpreters share and which are never freed */
extern PyObject *byte_ints[256];

/* skip.c: 0, or -1; `check` looks at everything that reading might refuse */
int skip_value(Reader *r, int pc, int check);

/* write.c */
int write_value(Writer *w, int pc, PyObject *value);
int write_numbers(Writer *w, int pc, PyObject *values, Py_ssize_t count);
int write_length(Writer *w, int pc, uint64_t count);
uint8_t *room(Writer *w, size_t size);
int write_raw(Writer *w, const void *data, size_t size);

/* write_groups.c */
int write_group(Writer *w, int pc, PyObject *value);

static inline uint64_t get_uint(const uint8_t *p, int size, int big) {
    uint64_t wide;
    uint32_t word;
    uint16_t half;
    switch (size) {
    case 1:
        return *p;
    case 2:
        memcpy(&half, p, 2);
        return big ? __builtin_bswap16(half) : half;
    case 4:
        memcpy(&word, p, 4);
        return big ? __builtin_bswap32(word) : word;
    default:
        memcpy(&wide, p, 8);
        return big ? __builtin_bswap64(wide) : wide;
    }
}

static inline void put_uint(uint8_t *p, uint64_t v, int size, int big) {
    uint32_t word = (uint32_t)v;
    uint16_t half = (uint16_t)v;
    switch (size) {
    case 1:
        *p = (uint8_t)v;
        return;
    case 2:
        half = big ? __builtin_bswap16(half) : half;
        memcpy(p, &half, 2);
        return;
    case 4:
        word = big ? __builtin_bswap32(word) : word;
        memcpy(p, &word, 4);
        return;
    default:
        v = big ? __builtin_bswap64(v) : v;
        memcpy(p, &v, 8);
    }
}

static inline int64_t extend(uint64_t v, int size) {
    int shift = 64 - 8 * size;
    return (int64_t)(v << shift) >> shift;
}

static inline PyObject *int_of(uint64_t v) {
    if (v < 256)
        return Py_NewRef(byte_ints[v]);
    return v <= LONG_MAX ? PyLong_FromLong((long)v) : PyLong_FromUnsignedLongLong(v);
}

/* A pair of a C struct, in its bytes, and a list: whether the count at the start of the bytes is that of the list.
   1 if it is, 0 if not, -1 if the pair has other parts. */
static inline int is_counted(const int32_t *g, PyObject *const *o, int pc, PyObject *pair) {
    int header = g[A(CONVERT_ITEM) + TUPLE_GROUPS];
    if (!PyTuple_CheckExact(pair) || PyTuple_GET_SIZE(pair) != 2 || g[header] != OP_BLOB || g[header + BLOB_LAZY] < 0)
        return -1;
    PyObject *first = PyTuple_GET_ITEM(pair, 0), *entries = PyTuple_GET_ITEM(pair, 1);
    if ((PyObject *)Py_TYPE(first) != o[g[header + BLOB_LAZY]] || !PyList_CheckExact(entries))
        return -1;
    PyObject *raw = SLOT(first, g[header + BLOB_RAW]);
    if (!raw || !PyBytes_CheckExact(raw) || A(CONVERT_HEADER) > 8)
        return -1;
    uint64_t count = 0;
    for (int i = 0; i < A(CONVERT_HEADER) && i < PyBytes_GET_SIZE(raw); i++)
        count |= (uint64_t)(uint8_t)PyBytes_AS_STRING(raw)[i] << 8 * i;
    return count == (uint64_t)PyList_GET_SIZE(entries) && count <= (uint64_t)A(CONVERT_MOST);
}

static inline int is_number(int op) {
    return op <= OP_F64;
}

#if PY_VERSION_HEX >= 0x030D0000
#define LONG_AS_BYTES(v, p, n, little, is_signed) _PyLong_AsByteArray((PyLongObject *)(v), p, n, little, is_signed, 1)
#else
#define LONG_AS_BYTES(v, p, n, little, is_signed) _PyLong_AsByteArray((PyLongObject *)(v), p, n, little, is_signed)
#endif
#endif
