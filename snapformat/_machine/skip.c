/* Skipping: where a value ends. And checking: the same, if it is one that can be read. */
#include "machine.h"

#define NEED(size)                                                                                                     \
    if ((size) > LEFT(r))                                                                                              \
    return -1

static int doubt(Reader *r) {
    if (!PyErr_Occurred())
        PyErr_SetNone(r->o[S_DOUBT]);
    return -1;
}

static int pass(Reader *r, int64_t size) {
    if (size < 0)
        return -1;
    NEED(size);
    r->p += size;
    return 0;
}

/* Read a value and drop it. */
static int by_reading(Reader *r, int pc) {
    PyObject *value = read_value(r, pc);
    Py_XDECREF(value);
    return value ? 0 : -1;
}

static int is_fixed(int op) {
    return is_number(op) || op == OP_F16 || op == OP_BOOL || op == OP_FLAG || op == OP_FIXED;
}

static int64_t width(const int32_t *g, int pc) {
    return g[pc] == OP_BOOL || g[pc] == OP_FLAG ? 1 : g[pc] == OP_F16 ? 2 : A(UINT_SIZE);
}

static int skip_elements(Reader *r, const int32_t *g, int pc, int64_t count, int check) {
    int item = A(SEQ_ITEM), op = g[pc];
    int64_t total;
    if (count < 0)
        return -1;
    if (A(SEQ_SURPLUS) && claim_zero_sized(r, count, A(SEQ_SURPLUS)) < 0)
        return doubt(r);
    if (A(SEQ_FIXED) >= 0 && !(check && (op == OP_MAP || g[item] != OP_UNIT))) {
        if (r->depth + A(SEQ_LEVELS) > MAX_DEPTH)
            return doubt(r);
        if (!A(SEQ_FIXED))
            return claim_zero_sized(r, count, A(SEQ_COST)) < 0 ? doubt(r) : 0;
        return __builtin_mul_overflow(count, (int64_t)A(SEQ_FIXED), &total) ? -1 : pass(r, total);
    }
    if (A(SEQ_LEAST)) {
        if (count > LEFT(r) / A(SEQ_LEAST))
            return -1;
    } else if (count > LEFT(r) && count - LEFT(r) > r->zero_sized)
        return doubt(r);
    if (op != OP_MAP && is_number(g[item]))
        return pass(r, count * g[item + UINT_SIZE]);
    for (int64_t i = 0; i < count; i++) {
        const uint8_t *start = r->p;
        if (skip_value(r, item, check) < 0 || (op == OP_MAP && skip_value(r, A(MAP_VALUE), check) < 0))
            return -1;
        if (!A(SEQ_LEAST) && r->p == start && claim_zero_sized(r, 1, A(SEQ_COST)) < 0)
            return doubt(r);
    }
    return 0;
}

/* A C struct with a flexible array: its count must be the number of entries. */
static int skip_counted(Reader *r, const int32_t *g, int pc, int check) {
    int pair = A(CONVERT_ITEM), header = g[pair + TUPLE_GROUPS], entries = g[pair + TUPLE_GROUPS + 1];
    int64_t size = read_length(r, g[header + BLOB_LENGTH]);
    const uint8_t *start = r->p;
    if (pass(r, size) < 0)
        return -1;
    uint64_t found = 0;
    for (int64_t i = 0; i < A(CONVERT_HEADER) && i < size; i++)
        found |= (uint64_t)start[i] << 8 * i;
    int64_t count = read_length(r, g[entries + SEQ_LENGTH]);
    if (count < 0 || (uint64_t)count != found || count > A(CONVERT_MOST))
        return -1;
    return skip_elements(r, g, entries, count, check);
}

static int skip_variant(Reader *r, const int32_t *g, int pc, int check) {
    int64_t index = read_length(r, A(ENUM_INDEX));
    if (index < 0)
        return -1;
    if (index >= A(ENUM_COUNT)) {
        if (A(ENUM_OTHER) < 0)
            return -1;
        index = A(ENUM_OTHER);
    }
    int payload = g[pc + ENUM_GROUPS + index * ENUM_EACH + ENUM_IN_ITEM];
    if (payload >= 0)
        return skip_value(r, payload, check);
    return r->depth >= MAX_DEPTH ? doubt(r) : 0;
}

static int skip_fields(Reader *r, const int32_t *g, int pc, int check) {
    int op = g[pc], groups = op == OP_STRUCT ? STRUCT_GROUPS : MADE_GROUPS;
    int count = g[pc + (op == OP_STRUCT ? STRUCT_COUNT : MADE_COUNT)];
    if (r->depth >= MAX_DEPTH)
        return doubt(r);
    r->depth++;
    for (int i = 0; i < count; i++) {
        int item = g[pc + groups + 3 * i + STRUCT_IN_ITEM];
        if (item >= 0 && skip_value(r, item, check) < 0)
            return -1;
    }
    r->depth--;
    return 0;
}

static int skip_python(Reader *r, const int32_t *g, int pc) {
    if (A(PYTHON_SKIP) < 0 || set_claims(r) < 0)
        return -1;
    if (r->depth + A(PYTHON_LEVELS) > MAX_DEPTH)
        return doubt(r);
    PyObject *found = PyObject_CallFunction(r->o[A(PYTHON_SKIP)], "OnniO", r->data, (Py_ssize_t)(r->p - r->d),
                                            (Py_ssize_t)(r->e - r->d), r->depth, r->claims);
    if (!found)
        return -1;
    Py_ssize_t end = PyLong_AsSsize_t(found);
    Py_DECREF(found);
    if (end < 0 || end > r->e - r->d || get_claims(r) < 0)
        return -1;
    r->p = r->d + end;
    return 0;
}

int skip_value(Reader *r, int pc, int check) {
    const int32_t *g = r->g;
    const uint8_t *start;
    int64_t size;
    uint64_t number;
    int op = g[pc];
    if (is_fixed(op)) {
        if (check && op == OP_BOOL && r->p < r->e && *r->p > 1)
            return -1;
        return pass(r, width(g, pc));
    }
    switch (op) {
    case OP_VARU:
    case OP_VARI:
        return read_variable(r, pc, &number);
    case OP_WIDE:
    case OP_CHAR:
        return by_reading(r, pc);
    case OP_STR:
    case OP_BYTES:
        if (check)
            return by_reading(r, pc);
        return pass(r, read_length(r, A(STR_LENGTH)));
    case OP_BLOB:
        if (check && A(BLOB_LAZY) < 0)
            return by_reading(r, pc);
        return pass(r, read_length(r, A(BLOB_LENGTH)));
    case OP_UNIT:
        return 0;
    }
    if (is_deep(r->stack))
        return doubt(r);
    switch (op) {
    case OP_OPTION:
    case OP_SOME:
        NEED(1);
        size = *r->p++;
        return size > 1 ? -1 : size ? skip_value(r, A(OPTION_ITEM), check) : 0;
    case OP_SEQ:
    case OP_SET:
    case OP_MAP:
        size = read_length(r, A(SEQ_LENGTH));
        return skip_elements(r, g, pc, size, check);
    case OP_ARRAY:
        return skip_elements(r, g, pc, A(ARRAY_SIZE), check);
    case OP_TUPLE:
        for (int i = 0; i < A(TUPLE_COUNT); i++)
            if (skip_value(r, A(TUPLE_GROUPS + i), check) < 0)
                return -1;
        return 0;
    case OP_STRUCT:
        if (!check && A(STRUCT_FIXED) >= 0) {
            if (r->depth + A(STRUCT_LEVELS) > MAX_DEPTH)
                return doubt(r);
            return pass(r, A(STRUCT_FIXED));
        }
        return skip_fields(r, g, pc, check);
    case OP_MADE:
        return check ? by_reading(r, pc) : skip_fields(r, g, pc, check);
    case OP_ENUM:
        return skip_variant(r, g, pc, check);
    case OP_UNITS:
        size = read_length(r, A(UNITS_INDEX));
        if (size < 0 || (size >= A(UNITS_COUNT) && A(UNITS_OTHER) < 0))
            return -1;
        return r->depth >= MAX_DEPTH ? doubt(r) : 0;
    case OP_CONVERT:
        if (A(CONVERT_HEADER))
            return skip_counted(r, g, pc, check);
        return check && !A(CONVERT_PURE) ? by_reading(r, pc) : skip_value(r, A(CONVERT_ITEM), check);
    case OP_CONST:
        return check ? by_reading(r, pc) : skip_value(r, A(CONST_ITEM), check);
    case OP_PADDED:
        start = r->p;
        if (skip_value(r, A(PADDED_ITEM), check) < 0 || r->p - start > A(PADDED_SIZE))
            return -1;
        r->p = start;
        return pass(r, A(PADDED_SIZE));
    case OP_PYTHON:
        return skip_python(r, g, pc);
    }
    return -1;
}
