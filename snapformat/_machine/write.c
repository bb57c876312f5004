/* Writing: the bytes of primitives. */
#include "machine.h"

#include <math.h>

uint8_t *room(Writer *w, size_t size) {
    if (size > w->cap - w->n) {
        size_t cap = w->cap + w->cap / 2;
        if (size > PY_SSIZE_T_MAX / 4 || w->cap > PY_SSIZE_T_MAX / 4)
            return NULL;
        if (cap < w->n + size)
            cap = w->n + size;
        if (w->bytes) {
            if (_PyBytes_Resize(&w->bytes, (Py_ssize_t)cap) < 0) {
                w->cap = w->n = 0;
                return NULL;
            }
        } else {
            if ((Py_ssize_t)cap < w->program->hint)
                cap = (size_t)w->program->hint;
            w->bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)cap);
            if (!w->bytes)
                return NULL;
            memcpy(PyBytes_AS_STRING(w->bytes), w->b, w->n);
        }
        w->b = (uint8_t *)PyBytes_AS_STRING(w->bytes);
        w->cap = cap;
    }
    uint8_t *p = w->b + w->n;
    w->n += size;
    return p;
}

int write_raw(Writer *w, const void *data, size_t size) {
    uint8_t *p = room(w, size);
    if (!p)
        return -1;
    memcpy(p, data, size);
    return 0;
}

static int put_groups(Writer *w, uint64_t v) {
    uint8_t made[10];
    size_t size = 0;
    for (; v >= 0x80; v >>= 7)
        made[size++] = (uint8_t)(v | 0x80);
    made[size++] = (uint8_t)v;
    return write_raw(w, made, size);
}

/* An integer of variable length, after zigzag. */
static int put_variable(Writer *w, const int32_t *g, int pc, uint64_t v) {
    if (A(VARU_MOST) >= 0 && v > (uint64_t)A(VARU_MOST))
        return -1;
    if (A(VARU_FORM) >= FORM_LEB128)
        return put_groups(w, v);
    int size = v < 251 ? 0 : v <= UINT16_MAX ? 2 : v <= UINT32_MAX ? 4 : 8;
    uint8_t *p = room(w, (size_t)size + 1);
    if (!p)
        return -1;
    *p = size == 0 ? (uint8_t)v : size == 2 ? 251 : size == 4 ? 252 : 253;
    if (size)
        put_uint(p + 1, v, size, A(VARU_BIG));
    return 0;
}

/* A length, a number of elements, or the index of a variant. */
int write_length(Writer *w, int pc, uint64_t count) {
    const int32_t *g = w->g;
    if (g[pc] == OP_UINT || g[pc] == OP_VARU) {
        if (A(UINT_SIZE) < 8 && count >> 8 * A(UINT_SIZE))
            return -1;
        if (g[pc] == OP_VARU)
            return put_variable(w, g, pc, count);
        uint8_t *p = room(w, (size_t)A(UINT_SIZE));
        if (!p)
            return -1;
        put_uint(p, count, A(UINT_SIZE), A(UINT_BIG));
        return 0;
    }
    PyObject *number = PyLong_FromUnsignedLongLong(count);
    if (!number)
        return -1;
    int result = write_value(w, pc, number);
    Py_DECREF(number);
    return result;
}

/* --- numbers ------------------------------------------------------------------------------------------------------ */

/* An int, or a new reference to one that a function makes of the value. */
static PyObject *as_int(Writer *w, PyObject *value) {
    if (PyLong_CheckExact(value))
        return Py_NewRef(value);
    PyObject *made = PyObject_CallOneArg(w->o[S_INTEGER], value);
    if (made && !PyLong_CheckExact(made))
        Py_CLEAR(made);
    return made;
}

static inline int is_compact(PyObject *value, int64_t *found) {
#if PY_VERSION_HEX < 0x030C0000
    Py_ssize_t size = Py_SIZE(value);
    if (size < -1 || size > 1)
        return 0;
    *found = size * (int64_t)((PyLongObject *)value)->ob_digit[0];
    if (!size)
        *found = 0;
    return 1;
#else
    if (!PyUnstable_Long_IsCompact((PyLongObject *)value))
        return 0;
    *found = PyUnstable_Long_CompactValue((PyLongObject *)value);
    return 1;
#endif
}

static int unsigned_of(Writer *w, PyObject *value, int size, uint64_t *found) {
    int64_t small;
    if (PyLong_CheckExact(value) && is_compact(value, &small)) {
        if (small < 0)
            return -1;
        *found = (uint64_t)small;
    } else {
        PyObject *number = as_int(w, value);
        if (!number)
            return -1;
        *found = PyLong_AsUnsignedLongLong(number);
        Py_DECREF(number);
        if (*found == UINT64_MAX && PyErr_Occurred())
            return -1;
    }
    return size < 8 && *found >> 8 * size ? -1 : 0;
}

static int signed_of(Writer *w, PyObject *value, int size, int64_t *found) {
    if (!PyLong_CheckExact(value) || !is_compact(value, found)) {
        PyObject *number = as_int(w, value);
        if (!number)
            return -1;
        *found = PyLong_AsLongLong(number);
        Py_DECREF(number);
        if (*found == -1 && PyErr_Occurred())
            return -1;
    }
    return size < 8 && extend((uint64_t)*found, size) != *found ? -1 : 0;
}

static int double_of(Writer *w, PyObject *value, double *found) {
    if (PyFloat_CheckExact(value)) {
        *found = PyFloat_AS_DOUBLE(value);
        return 0;
    }
    PyObject *number = PyObject_CallOneArg(w->o[S_NUMBER], value);
    if (!number)
        return -1;
    int bad = !PyFloat_Check(number);
    *found = bad ? 0 : PyFloat_AS_DOUBLE(number);
    Py_DECREF(number);
    return bad ? -1 : 0;
}

static int single_bits(double value, uint32_t *bits) {
    if (value != value) { /* the payload is kept, which the processor might change */
        uint64_t wide;
        memcpy(&wide, &value, 8);
        uint32_t payload = (uint32_t)(wide >> 29 & 0x7FFFFF);
        *bits = (uint32_t)(wide >> 32 & 0x80000000) | 0x7F800000 | (payload ? payload : 0x400000);
        return 0;
    }
    float single = (float)value;
    if (isinf(single) && !isinf(value))
        return -1;
    memcpy(bits, &single, 4);
    return 0;
}

/* Write a number at a place that is there: `p` is not used after code of the value has run. */
static int number_bits(Writer *w, const int32_t *g, int pc, PyObject *value, uint64_t *bits) {
    double real;
    uint32_t single;
    int64_t whole;
    switch (g[pc]) {
    case OP_UINT:
        return unsigned_of(w, value, A(UINT_SIZE), bits);
    case OP_SINT:
        if (signed_of(w, value, A(SINT_SIZE), &whole) < 0)
            return -1;
        *bits = (uint64_t)whole;
        return 0;
    case OP_F32:
        if (double_of(w, value, &real) < 0 || single_bits(real, &single) < 0)
            return -1;
        *bits = single;
        return 0;
    default:
        if (double_of(w, value, &real) < 0)
            return -1;
        memcpy(bits, &real, 8);
        return 0;
    }
}

/* Numbers of a list or tuple that must keep its size: code of a value may change the list, but not these bytes. */
int write_numbers(Writer *w, int pc, PyObject *values, Py_ssize_t count) {
    const int32_t *g = w->g;
    int size = A(UINT_SIZE), big = A(UINT_BIG), is_list = PyList_Check(values), unsigned_op = g[pc] == OP_UINT;
    uint64_t bits, most = size < 8 ? ((uint64_t)1 << 8 * size) - 1 : UINT64_MAX;
    int64_t small;
    size_t start = w->n;
    if ((size_t)count > PY_SSIZE_T_MAX / 16 || !room(w, (size_t)count * (size_t)size))
        return -1;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (is_list && i >= PyList_GET_SIZE(values))
            return -1;
        PyObject *value = is_list ? PyList_GET_ITEM(values, i) : PyTuple_GET_ITEM(values, i);
        if (unsigned_op && PyLong_CheckExact(value) && is_compact(value, &small)) {
            if (small < 0 || (uint64_t)small > most)
                return -1;
            bits = (uint64_t)small;
        } else {
            Py_INCREF(value);
            int bad = number_bits(w, g, pc, value, &bits) < 0;
            Py_DECREF(value);
            if (bad)
                return -1;
        }
        put_uint(w->b + start + (size_t)i * (size_t)size, bits, size, big);
    }
    return is_list && PyList_GET_SIZE(values) != count ? -1 : 0;
}

static int put_wide(Writer *w, const int32_t *g, int pc, PyObject *value) {
    int size = A(WIDE_SIZE), big = A(WIDE_BIG), is_signed = A(WIDE_SIGNED), any = 0;
    PyObject *number = as_int(w, value);
    if (!number)
        return -1;
    uint8_t *p;
    if (!A(WIDE_VARIABLE)) {
        p = room(w, (size_t)size);
        int bad = !p || LONG_AS_BYTES(number, p, (size_t)size, !big, is_signed) < 0;
        Py_DECREF(number);
        if (bad)
            return -1;
        for (int i = 0; i < size; i++)
            any |= p[i];
        return A(WIDE_NONZERO) && !any ? -1 : 0;
    }
    uint8_t bytes[16] = {0};
    int bad = LONG_AS_BYTES(number, bytes, (size_t)size, 1, is_signed) < 0;
    Py_DECREF(number);
    if (bad)
        return -1;
    if (is_signed) { /* zigzag */
        int negative = bytes[size - 1] >> 7;
        for (int i = size; i < 16; i++)
            bytes[i] = negative ? 0xFF : 0;
        for (int i = 15; i >= 0; i--) {
            uint8_t next = (uint8_t)(bytes[i] << 1 | (i ? bytes[i - 1] >> 7 : 0));
            bytes[i] = negative ? (uint8_t)~next : next;
        }
    }
    int last = 15;
    while (last >= 0 && !bytes[last])
        last--;
    if (A(WIDE_NONZERO) && last < 0)
        return -1;
    int width = last < 1 && bytes[0] < 251 ? 0 : last < 2 ? 2 : last < 4 ? 4 : last < 8 ? 8 : 16;
    p = room(w, (size_t)width + 1);
    if (!p)
        return -1;
    *p = !width ? bytes[0] : width == 2 ? 251 : width == 4 ? 252 : width == 8 ? 253 : 254;
    for (int i = 0; i < width; i++)
        p[1 + i] = bytes[big ? width - 1 - i : i];
    return 0;
}

/* --- text and bytes ----------------------------------------------------------------------------------------------- */

/* Write bytes behind their length, and release them. */
static int put_bytes(Writer *w, int length, PyObject *data) {
    if (!data)
        return -1;
    int result = -1;
    if (PyBytes_Check(data)) {
        result = write_length(w, length, (uint64_t)PyBytes_GET_SIZE(data));
        if (result == 0)
            result = write_raw(w, PyBytes_AS_STRING(data), (size_t)PyBytes_GET_SIZE(data));
    }
    Py_DECREF(data);
    return result;
}

static int put_text(Writer *w, const int32_t *g, int pc, PyObject *value) {
    int length = A(STR_LENGTH);
    const char *encoding = NULL;
    if (A(STR_ENCODING) >= 0) {
        encoding = PyUnicode_AsUTF8(w->o[A(STR_ENCODING)]);
        if (!encoding)
            return -1;
    }
    if (!PyUnicode_CheckExact(value)) { /* whose own `encode` is called */
        PyObject *text = PyObject_CallOneArg(w->o[S_TEXT], value), *data = NULL;
        if (!text)
            return -1;
        Py_ssize_t size = encoding ? PyObject_Length(text) : 1;
        if (size == 0)
            data = PyBytes_FromStringAndSize(NULL, 0);
        else if (size > 0)
            data = encoding ? PyObject_CallMethod(text, "encode", "s", encoding)
                            : PyObject_CallMethod(text, "encode", NULL);
        Py_DECREF(text);
        return put_bytes(w, length, data);
    }
    if (encoding) {
        if (!PyUnicode_GET_LENGTH(value))
            return write_length(w, length, 0);
        return put_bytes(w, length, PyUnicode_AsEncodedString(value, encoding, NULL));
    }
    if (PyUnicode_IS_READY(value) && PyUnicode_IS_COMPACT_ASCII(value)) {
        Py_ssize_t size = PyUnicode_GET_LENGTH(value);
        if (write_length(w, length, (uint64_t)size) < 0)
            return -1;
        return write_raw(w, PyUnicode_1BYTE_DATA(value), (size_t)size);
    }
    /* Not `PyUnicode_AsUTF8AndSize`, which keeps the bytes in the str. */
    return put_bytes(w, length, PyUnicode_AsUTF8String(value));
}

static PyObject *as_bytes(Writer *w, PyObject *value) {
    if (PyBytes_CheckExact(value))
        return Py_NewRef(value);
    PyObject *made = PyObject_CallOneArg(w->o[S_AS_BYTES], value);
    if (made && !PyBytes_Check(made))
        Py_CLEAR(made);
    return made;
}

static int put_checked(Writer *w, const int32_t *g, int pc, PyObject *value) {
    PyObject *data = as_bytes(w, value);
    if (!data)
        return -1;
    Py_ssize_t size = PyBytes_GET_SIZE(data);
    if ((A(BYTES_EXACT) >= 0 && size != A(BYTES_EXACT)) ||
        (A(BYTES_NO_NUL) && memchr(PyBytes_AS_STRING(data), 0, (size_t)size))) {
        Py_DECREF(data);
        return -1;
    }
    return put_bytes(w, A(BYTES_LENGTH), data);
}

static int put_blob(Writer *w, const int32_t *g, int pc, PyObject *value) {
    if (A(BLOB_LAZY) >= 0 && (PyObject *)Py_TYPE(value) == w->o[A(BLOB_LAZY)]) {
        PyObject *raw = SLOT(value, A(BLOB_RAW));
        if (raw && PyBytes_CheckExact(raw))
            return put_bytes(w, A(BLOB_LENGTH), Py_NewRef(raw));
    }
    return put_bytes(w, A(BLOB_LENGTH), PyObject_CallOneArg(w->o[A(BLOB_WRITE)], value));
}

/* Bytes that a function makes of a value, without a length. */
static int put_made(Writer *w, PyObject *data) {
    int result = data && PyBytes_Check(data)
                     ? write_raw(w, PyBytes_AS_STRING(data), (size_t)PyBytes_GET_SIZE(data))
                     : -1;
    Py_XDECREF(data);
    return result;
}

static int put_flag(Writer *w, PyObject *value) {
    int byte = value == Py_True;
    if (!byte && value != Py_False) {
        PyObject *found = PyObject_CallOneArg(w->o[S_FLAG_BYTE], value);
        long number = found && PyLong_Check(found) ? PyLong_AsLong(found) : -1;
        Py_XDECREF(found);
        if (number < 0 || number > 255)
            return -1;
        byte = (int)number;
    }
    uint8_t *p = room(w, 1);
    if (!p)
        return -1;
    *p = (uint8_t)byte;
    return 0;
}

static int put_bool(Writer *w, PyObject *value) {
    int is_true = value == Py_True;
    if (!is_true && value != Py_False) {
        PyObject *found = PyObject_CallOneArg(w->o[S_AS_BOOL], value);
        is_true = found == Py_True;
        int bad = !is_true && found != Py_False;
        Py_XDECREF(found);
        if (bad)
            return -1;
    }
    uint8_t *p = room(w, 1);
    if (!p)
        return -1;
    *p = (uint8_t)is_true;
    return 0;
}

int write_value(Writer *w, int pc, PyObject *value) {
    const int32_t *g = w->g;
    PyObject *data;
    uint64_t bits;
    int64_t whole;
    double real;
    uint8_t *p;
    switch (g[pc]) {
    case OP_UINT:
    case OP_SINT:
    case OP_F32:
    case OP_F64:
        if (number_bits(w, g, pc, value, &bits) < 0)
            return -1;
        p = room(w, (size_t)A(UINT_SIZE));
        if (!p)
            return -1;
        put_uint(p, bits, A(UINT_SIZE), A(UINT_BIG));
        return 0;
    case OP_F16:
        if (double_of(w, value, &real) < 0)
            return -1;
        p = room(w, 2);
        return p ? PyFloat_Pack2(real, (char *)p, !A(F16_BIG)) : -1;
    case OP_VARU:
        if (unsigned_of(w, value, A(VARU_SIZE), &bits) < 0)
            return -1;
        return put_variable(w, g, pc, bits);
    case OP_VARI:
        if (signed_of(w, value, A(VARI_SIZE), &whole) < 0)
            return -1;
        return put_variable(w, g, pc, (uint64_t)whole << 1 ^ (uint64_t)(whole >> 63));
    case OP_WIDE:
        return put_wide(w, g, pc, value);
    case OP_BOOL:
        return put_bool(w, value);
    case OP_FLAG:
        return put_flag(w, value);
    case OP_CHAR:
        return put_made(w, PyObject_CallOneArg(w->o[S_CHAR_BYTES], value));
    case OP_STR:
        return put_text(w, g, pc, value);
    case OP_BYTES:
        return put_checked(w, g, pc, value);
    case OP_BLOB:
        return put_blob(w, g, pc, value);
    case OP_FIXED:
        data = as_bytes(w, value);
        if (data && PyBytes_GET_SIZE(data) != A(FIXED_SIZE))
            Py_CLEAR(data);
        return put_made(w, data);
    }
    return is_deep(w->stack) ? -1 : write_group(w, pc, value);
}
