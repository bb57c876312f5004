/* Reading: values of Python from bytes. */
#include "machine.h"

#define NEED(size)                                                                                                     \
    if ((size) > LEFT(r))                                                                                              \
    return NULL

/* Pass the claims on to code in Python. */
int set_claims(Reader *r) {
    if (r->claims == Py_None)
        return r->claimed ? -1 : 0;
    PyObject *claimed = PyLong_FromLongLong(r->claimed), *zero_sized = PyLong_FromLongLong(r->zero_sized);
    if (!claimed || !zero_sized) {
        Py_XDECREF(claimed);
        Py_XDECREF(zero_sized);
        return -1;
    }
    Py_XSETREF(SLOT(r->claims, r->program->claimed), claimed);
    Py_XSETREF(SLOT(r->claims, r->program->zero_sized), zero_sized);
    return 0;
}

/* Take the claims from code in Python. */
int get_claims(Reader *r) {
    r->claimed = r->zero_sized = 0;
    if (r->claims == Py_None)
        return 0;
    if (Py_TYPE(r->claims) != (PyTypeObject *)r->o[S_CLAIMS])
        return -1;
    PyObject *claimed = SLOT(r->claims, r->program->claimed), *zero_sized = SLOT(r->claims, r->program->zero_sized);
    if (!claimed || !zero_sized || !PyLong_CheckExact(claimed) || !PyLong_CheckExact(zero_sized))
        return -1;
    r->claimed = PyLong_AsLongLong(claimed);
    r->zero_sized = PyLong_AsLongLong(zero_sized);
    return PyErr_Occurred() ? -1 : 0;
}

int claim_zero_sized(Reader *r, int64_t count, int64_t cost) {
    int64_t total;
    if (__builtin_mul_overflow(count, cost, &total) || total > r->zero_sized)
        return -1;
    r->zero_sized -= total;
    return 0;
}

/* Groups of seven bits, the lowest first. */
static int groups(Reader *r, const int32_t *g, int pc, uint64_t *found) {
    int size = A(VARU_SIZE), most_groups = (8 * size + 6) / 7;
    uint64_t value = 0;
    for (int i = 0; i < most_groups && r->p < r->e; i++) {
        uint8_t group = *r->p++;
        if (i == 9 && group & 0x7E) /* beyond 64 bits */
            return -1;
        value |= (uint64_t)(group & 0x7F) << 7 * i;
        if (group & 0x80)
            continue;
        if ((size < 8 && value >> 8 * size) || (A(VARU_FORM) == FORM_STRICT_LEB128 && !group && i))
            return -1;
        *found = value;
        return 0;
    }
    return -1;
}

/* A byte, or a marker and 2, 4 or 8 bytes, which may be more than the type has in bincode 1. */
static int marked(Reader *r, const int32_t *g, int pc, uint64_t *found) {
    int first = *r->p++, size = A(VARU_SIZE), is_wide = A(VARU_FORM) == FORM_BINCODE_1;
    if (first < 251) {
        r->claimed += size - 1;
        *found = (uint64_t)first;
        return 0;
    }
    int width = first == 251 ? 2 : first == 252 ? 4 : first == 253 ? 8 : 255;
    if (width > (is_wide ? 8 : size) || width > LEFT(r))
        return -1;
    *found = get_uint(r->p, width, A(VARU_BIG));
    r->p += width;
    r->claimed += size - 1 - width;
    return size < 8 && *found >> 8 * size ? -1 : 0;
}

int read_variable(Reader *r, int pc, uint64_t *found) {
    const int32_t *g = r->g;
    if (r->p >= r->e)
        return -1;
    int bad = A(VARU_FORM) >= FORM_LEB128 ? groups(r, g, pc, found) : marked(r, g, pc, found);
    return bad || (A(VARU_MOST) >= 0 && *found > (uint64_t)A(VARU_MOST)) ? -1 : 0;
}

/* Give a value to code of others. */
static PyObject *call(Reader *r, PyObject *function, int item, PyObject *value) {
    show(r, item, value);
    return PyObject_CallOneArg(function, value);
}

/* A number of elements or bytes; -1 if it is none or too large to be one. */
int64_t read_length(Reader *r, int pc) {
    const int32_t *g = r->g;
    uint64_t found;
    if (g[pc] == OP_UINT) {
        if (A(UINT_SIZE) > LEFT(r))
            return -1;
        found = get_uint(r->p, A(UINT_SIZE), A(UINT_BIG));
        r->p += A(UINT_SIZE);
        return found > INT64_MAX ? -1 : (int64_t)found;
    }
    if (g[pc] == OP_VARU) {
        if (read_variable(r, pc, &found) < 0)
            return -1;
        return found > INT64_MAX ? -1 : (int64_t)found;
    }
    PyObject *value = read_value(r, pc);
    if (!value)
        return -1;
    int64_t count = PyLong_Check(value) ? PyLong_AsLongLong(value) : -1;
    Py_DECREF(value);
    return count < 0 ? -1 : count;
}

static PyObject *wide(Reader *r, const int32_t *g, int pc) {
    int size = A(WIDE_SIZE), big = A(WIDE_BIG), is_signed = A(WIDE_SIGNED), any = 0;
    const uint8_t *start;
    uint8_t number[16] = {0};
    PyObject *value;
    if (!A(WIDE_VARIABLE)) {
        NEED(size);
        start = r->p;
        r->p += size;
        for (int i = 0; i < size; i++)
            any |= start[i];
        if (A(WIDE_NONZERO) && !any)
            return NULL;
        return _PyLong_FromByteArray(start, (size_t)size, !big, is_signed);
    }
    NEED(1);
    int first = *r->p++;
    if (first < 251) {
        number[0] = (uint8_t)first;
        r->claimed += size - 1;
    } else {
        int width = first == 251 ? 2 : first == 252 ? 4 : first == 253 ? 8 : first == 254 ? 16 : INT_MAX;
        if (width > size)
            return NULL;
        NEED(width);
        for (int i = 0; i < width; i++)
            number[i] = r->p[big ? width - 1 - i : i];
        r->p += width;
        r->claimed += size - 1 - width;
    }
    for (int i = 0; i < 16; i++)
        any |= number[i];
    if (A(WIDE_NONZERO) && !any)
        return NULL;
    if (is_signed) { /* zigzag: shifted right by one bit, and inverted if that bit is set */
        int odd = number[0] & 1;
        for (int i = 0; i < 16; i++) {
            int next = i < 15 ? number[i + 1] : 0;
            number[i] = (uint8_t)(number[i] >> 1 | next << 7);
            if (odd)
                number[i] = (uint8_t)~number[i];
        }
    }
    value = _PyLong_FromByteArray(number, 16, 1, is_signed);
    return value;
}

static inline PyObject *number(const int32_t *g, int pc, const uint8_t *p) {
    uint64_t bits;
    double value;
    switch (g[pc]) {
    case OP_UINT:
        return int_of(get_uint(p, A(UINT_SIZE), A(UINT_BIG)));
    case OP_SINT:
        return PyLong_FromLongLong(extend(get_uint(p, A(SINT_SIZE), A(SINT_BIG)), A(SINT_SIZE)));
    case OP_F32:
        bits = get_uint(p, 4, A(F32_BIG));
        if ((bits & 0x7F800000) == 0x7F800000 && bits & 0x7FFFFF) {
            /* The processor's conversion would quiet a signalling NaN. */
            bits = (bits & 0x80000000) << 32 | 0x7FF0000000000000 | (bits & 0x7FFFFF) << 29;
            memcpy(&value, &bits, 8);
        } else {
            uint32_t single = (uint32_t)bits;
            float small;
            memcpy(&small, &single, 4);
            value = small;
        }
        return PyFloat_FromDouble(value);
    default:
        bits = get_uint(p, 8, A(F64_BIG));
        memcpy(&value, &bits, 8);
        return PyFloat_FromDouble(value);
    }
}

/* Claim elements as the reference does; -1 if they can't be. */
static int claim_elements(Reader *r, const int32_t *g, int pc, int64_t *count) {
    int64_t total;
    int op = g[pc];
    if (A(SEQ_ZERO) &&
        (__builtin_mul_overflow(*count, (int64_t)A(SEQ_COST), &total) || total > r->zero_sized))
        return -1;
    if ((op == OP_SET || op == OP_MAP) && A(SET_ONE) && *count > 1) {
        if (claim_zero_sized(r, *count - 1, A(SEQ_COST)) < 0)
            return -1;
        *count = 1;
    }
    if (A(SEQ_SURPLUS) && claim_zero_sized(r, *count, A(SEQ_SURPLUS)) < 0)
        return -1;
    return A(SEQ_LEAST) && *count > LEFT(r) / A(SEQ_LEAST) ? -1 : 0;
}

static inline int claim_element(Reader *r, const int32_t *g, int pc, const uint8_t *start) {
    return A(SEQ_LEAST) || r->p != start ? 0 : claim_zero_sized(r, 1, A(SEQ_COST));
}

/* Most elements that room is made for before they are read: each list in a list may be as long as the data. */
#define MOST_ROOM 4096

/* A hidden list that begins empty, with room for elements if these take bytes. */
static PyObject *list_for(const int32_t *g, int pc, int64_t count, int64_t *places) {
    *places = !A(SEQ_LEAST) ? 0 : count < MOST_ROOM ? count : MOST_ROOM;
    PyObject *made = PyList_New(*places);
    if (made) {
        Py_SET_SIZE(made, 0);
        hide(made);
    }
    return made;
}

static inline int add(PyObject *list, PyObject *value, int64_t at, int64_t places) {
    if (at < places) {
        PyList_SET_ITEM(list, at, value);
        Py_SET_SIZE(list, at + 1);
        return 0;
    }
    int result = PyList_Append(list, value);
    Py_DECREF(value);
    return result;
}

/* A run of equal ints below 256, as the zeros of a table: their references are counted at its end. */
typedef struct {
    PyObject *number;
    Py_ssize_t count;
} Run;

static inline void count_run(Run *run) {
#if PY_VERSION_HEX < 0x030C0000 /* later ones have no references to count */
    if (run->count)
        Py_SET_REFCNT(run->number, Py_REFCNT(run->number) + run->count);
#endif
    run->count = 0;
}

static inline PyObject *byte_of(Run *run, unsigned v) {
    if (byte_ints[v] != run->number) {
        count_run(run);
        run->number = byte_ints[v];
    }
    run->count++;
    return byte_ints[v];
}

static inline PyObject *uint_of(Run *run, uint64_t v) {
    return v < 256 ? byte_of(run, (unsigned)v) : int_of(v);
}

/* A list of numbers: nobody can see it before it is whole, since making numbers runs no other code. */
static PyObject *numbers(Reader *r, const int32_t *g, int pc, int64_t count) {
    int size = A(UINT_SIZE), big = A(UINT_BIG), op = g[pc];
    if (count > LEFT(r) / size)
        return NULL;
    PyObject *list = PyList_New(count), *value;
    if (!list)
        return NULL;
    PyObject **to = ((PyListObject *)list)->ob_item;
    const uint8_t *p = r->p;
    Run same = {NULL, 0};
/* A loop for each width, which the compiler sees as a constant. */
#define NUMBERS(made)                                                                                                  \
    for (int64_t i = 0; i < count; i++, p += size) {                                                                   \
        value = made;                                                                                                  \
        if (!value)                                                                                                    \
            goto failed;                                                                                               \
        to[i] = value;                                                                                                 \
    }
    if (op == OP_UINT && size == 1) {
        NUMBERS(byte_of(&same, *p))
    } else if (op == OP_UINT && size == 2) {
        NUMBERS(uint_of(&same, get_uint(p, 2, big)))
    } else if (op == OP_UINT && size == 4) {
        NUMBERS(uint_of(&same, get_uint(p, 4, big)))
    } else {
        NUMBERS(number(g, pc, p))
    }
    count_run(&same);
    hide(list);
    r->p = p;
    return list;
failed:
    count_run(&same);
    Py_DECREF(list);
    return NULL;
}

static PyObject *elements(Reader *r, const int32_t *g, int pc, int64_t count) {
    int item = A(SEQ_ITEM);
    int64_t places;
    if (count < 0 || claim_elements(r, g, pc, &count) < 0)
        return NULL;
    if (g[item] == OP_UNIT && claim_zero_sized(r, count, A(SEQ_COST)) < 0)
        return NULL;
    if (is_number(g[item]))
        return numbers(r, g, item, count);
    PyObject *list = list_for(g, pc, count, &places);
    if (!list)
        return NULL;
    if (g[item] == OP_UNIT) {
        for (int64_t i = 0; i < count; i++)
            if (PyList_Append(list, r->o[g[item + UNIT_VALUE]]) < 0)
                goto failed;
        return list;
    }
    for (int64_t i = 0; i < count; i++) {
        const uint8_t *start = r->p;
        PyObject *value = read_value(r, item);
        if (!value || add(list, value, i, places) < 0 || claim_element(r, g, pc, start) < 0)
            goto failed;
    }
    return list;
failed:
    Py_DECREF(list);
    return NULL;
}

/* The object that a key is found by: itself, its product with a secret, or `hashable` of it. */
static PyObject *key_of(Reader *r, int how, PyObject *key) {
    if (how == 0)
        return Py_NewRef(key);
    if (how == 1)
        return PyNumber_Multiply(key, r->o[S_SECRET]);
    return PyObject_CallOneArg(r->o[S_HASHABLE], key);
}

static PyObject *entries(Reader *r, const int32_t *g, int pc) {
    int is_map = g[pc] == OP_MAP;
    int64_t count = read_length(r, A(MAP_LENGTH));
    if (count < 0 || claim_elements(r, g, pc, &count) < 0)
        return NULL;
    PyObject *found = PyDict_New();
    if (!found)
        return NULL;
    if (!is_map && g[A(SET_ITEM)] == OP_UNIT && claim_zero_sized(r, count, A(SET_COST)) < 0)
        goto failed;
    for (int64_t i = 0; i < count; i++) {
        const uint8_t *start = r->p;
        PyObject *key = read_value(r, A(MAP_ITEM)), *value, *by;
        if (!key)
            goto failed;
        show(r, A(MAP_ITEM), key);
        if (is_map) {
            PyObject *second = read_value(r, A(MAP_VALUE));
            if (second)
                show(r, A(MAP_VALUE), second);
            value = second ? PyTuple_Pack(2, key, second) : NULL;
            Py_XDECREF(second);
        } else
            value = Py_NewRef(key);
        by = value ? key_of(r, A(MAP_KEY), key) : NULL;
        int bad = !by || PyDict_SetItem(found, by, value) < 0;
        Py_DECREF(key);
        Py_XDECREF(value);
        Py_XDECREF(by);
        if (bad || ((is_map || g[A(SET_ITEM)] != OP_UNIT) && claim_element(r, g, pc, start) < 0))
            goto failed;
    }
    PyTypeObject *cls = (PyTypeObject *)r->o[is_map ? S_PAIR_MAP : S_PAIR_SET];
    PyObject *made = cls->tp_alloc(cls, 0);
    if (!made)
        goto failed;
    SLOT(made, A(MAP_ENTRIES)) = found;
    return made;
failed:
    Py_DECREF(found);
    return NULL;
}

static PyObject *tuple(Reader *r, const int32_t *g, int pc) {
    int count = A(TUPLE_COUNT);
    PyObject *made = PyTuple_New(count);
    if (!made)
        return NULL;
    hide(made);
    for (int i = 0; i < count; i++) {
        PyObject *value = read_value(r, A(TUPLE_GROUPS + i));
        if (!value) {
            Py_DECREF(made);
            return NULL;
        }
        PyTuple_SET_ITEM(made, i, value);
    }
    return made;
}

/* A hidden instance without values. */
static PyObject *allocated(PyTypeObject *cls) {
    PyObject *made;
    if (PyType_HasFeature(cls, Py_TPFLAGS_HAVE_GC) && !cls->tp_dictoffset) {
        made = PyObject_GC_New(PyObject, cls); /* which is not shown, as by `tp_alloc` */
        if (made)
            memset((char *)made + sizeof(PyObject), 0, (size_t)cls->tp_basicsize - sizeof(PyObject));
        return made;
    }
    made = cls->tp_alloc(cls, 0);
    if (made)
        hide(made);
    return made;
}

static PyObject *instance(Reader *r, const int32_t *g, int pc) {
    PyTypeObject *cls = (PyTypeObject *)r->o[A(STRUCT_CLS)];
    if (r->depth >= MAX_DEPTH)
        return NULL;
    PyObject *made = allocated(cls);
    if (!made)
        return NULL;
    r->depth++;
    const int32_t *field = g + pc + STRUCT_GROUPS, *end = field + STRUCT_EACH * A(STRUCT_COUNT);
    for (; field < end; field += STRUCT_EACH) {
        int item = field[STRUCT_IN_ITEM];
        PyObject *value = item < 0 ? PyObject_CallNoArgs(r->o[field[STRUCT_IN_ATTR]]) : read_value(r, item);
        if (!value) {
            Py_DECREF(made);
            return NULL;
        }
        Py_XSETREF(SLOT(made, field[STRUCT_IN_SLOT]), value);
    }
    r->depth--;
    return made;
}

/* An instance that its class makes. */
static PyObject *made_by_class(Reader *r, const int32_t *g, int pc) {
    if (r->depth >= MAX_DEPTH)
        return NULL;
    PyObject *values = PyList_New(0), *made = NULL;
    if (!values)
        return NULL;
    r->depth++;
    for (int i = 0; i < A(MADE_COUNT); i++) {
        const int32_t *field = g + pc + MADE_GROUPS + i * MADE_EACH;
        PyObject *value = read_value(r, field[MADE_IN_ITEM]);
        if (!value)
            goto done;
        show(r, field[MADE_IN_ITEM], value);
        int bad = field[MADE_IN_KEPT] && PyList_Append(values, value) < 0;
        Py_DECREF(value);
        if (bad)
            goto done;
    }
    r->depth--;
    made = PyObject_CallOneArg(r->o[A(MADE_MAKE)], values);
done:
    Py_DECREF(values);
    return made;
}

static PyObject *variant(Reader *r, const int32_t *g, int pc) {
    int64_t index = read_length(r, A(ENUM_INDEX));
    if (index < 0)
        return NULL;
    if (index >= A(ENUM_COUNT)) {
        if (A(ENUM_OTHER) < 0)
            return NULL;
        index = A(ENUM_OTHER);
    }
    const int32_t *chosen = g + pc + ENUM_GROUPS + index * ENUM_EACH;
    if (chosen[ENUM_IN_ITEM] >= 0) /* whose fields are on the level of the enum */
        return read_value(r, chosen[ENUM_IN_ITEM]);
    return r->depth >= MAX_DEPTH ? NULL : Py_NewRef(r->o[chosen[ENUM_IN_VALUE]]);
}

/* A value that generated Python reads. */
static PyObject *by_python(Reader *r, const int32_t *g, int pc) {
    if (A(PYTHON_CODE) < 0 || r->depth + A(PYTHON_LEVELS) > MAX_DEPTH || set_claims(r) < 0)
        return NULL;
    PyObject *pair = PyObject_CallFunction(r->o[A(PYTHON_CODE)], "OnniO", r->data, (Py_ssize_t)(r->p - r->d),
                                           (Py_ssize_t)(r->e - r->d), r->depth, r->claims);
    PyObject *value = NULL;
    if (pair && PyTuple_CheckExact(pair) && PyTuple_GET_SIZE(pair) == 2 && get_claims(r) == 0) {
        Py_ssize_t end = PyLong_AsSsize_t(PyTuple_GET_ITEM(pair, 1));
        if (end >= 0 && end <= r->e - r->d) {
            r->p = r->d + end;
            value = Py_NewRef(PyTuple_GET_ITEM(pair, 0));
        }
    }
    Py_XDECREF(pair);
    return value;
}

static PyObject *blob(Reader *r, const int32_t *g, int pc) {
    int64_t size = read_length(r, A(BLOB_LENGTH));
    if (size < 0)
        return NULL;
    NEED(size);
    PyObject *raw = PyBytes_FromStringAndSize((const char *)r->p, size), *made;
    if (!raw)
        return NULL;
    r->p += size;
    if (A(BLOB_LAZY) < 0) {
        made = PyObject_CallOneArg(r->o[A(BLOB_MAKE)], raw);
        Py_DECREF(raw);
        return made;
    }
    PyTypeObject *cls = (PyTypeObject *)r->o[A(BLOB_LAZY)];
    made = allocated(cls);
    if (!made) {
        Py_DECREF(raw);
        return NULL;
    }
    SLOT(made, A(BLOB_RAW)) = raw;
    return made;
}

static PyObject *text(Reader *r, const int32_t *g, int pc) {
    int64_t size = read_length(r, A(STR_LENGTH));
    if (size < 0)
        return NULL;
    NEED(size);
    const char *start = (const char *)r->p;
    r->p += size;
    if (A(STR_ENCODING) < 0)
        return PyUnicode_DecodeUTF8(start, size, NULL);
    const char *encoding = PyUnicode_AsUTF8(r->o[A(STR_ENCODING)]);
    return encoding ? PyUnicode_Decode(start, size, encoding, NULL) : NULL;
}

static PyObject *character(Reader *r) {
    NEED(1);
    int first = *r->p, size = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF8 ? 4 : 1;
    NEED(size);
    PyObject *found = PyUnicode_DecodeUTF8((const char *)r->p, size, NULL);
    if (found && PyUnicode_GET_LENGTH(found) != 1)
        Py_CLEAR(found);
    r->p += size;
    return found;
}

static PyObject *constant(Reader *r, const int32_t *g, int pc) {
    PyObject *value = read_value(r, A(CONST_ITEM));
    if (!value)
        return NULL;
    show(r, A(CONST_ITEM), value);
    PyObject *differs = PyObject_RichCompare(value, r->o[A(CONST_VALUE)], Py_NE);
    int refused = differs ? PyObject_IsTrue(differs) : -1;
    Py_XDECREF(differs);
    if (refused)
        Py_CLEAR(value);
    return value;
}

PyObject *read_value(Reader *r, int pc) {
    const int32_t *g = r->g;
    PyObject *value, *made;
    const uint8_t *start;
    int64_t size;
    uint64_t found;
    int tag;
    switch (g[pc]) {
    case OP_UINT:
    case OP_SINT:
    case OP_F32:
    case OP_F64:
        NEED(A(UINT_SIZE));
        value = number(g, pc, r->p);
        r->p += A(UINT_SIZE);
        return value;
    case OP_F16:
        NEED(2);
        double half = PyFloat_Unpack2((const char *)r->p, !A(F16_BIG));
        r->p += 2;
        return half == -1.0 && PyErr_Occurred() ? NULL : PyFloat_FromDouble(half);
    case OP_VARU:
        return read_variable(r, pc, &found) < 0 ? NULL : int_of(found);
    case OP_VARI:
        if (read_variable(r, pc, &found) < 0)
            return NULL;
        return PyLong_FromLongLong((int64_t)(found >> 1) ^ -(int64_t)(found & 1));
    case OP_WIDE:
        return wide(r, g, pc);
    case OP_BOOL:
        NEED(1);
        tag = *r->p++;
        return tag > 1 ? NULL : Py_NewRef(tag ? Py_True : Py_False);
    case OP_FLAG:
        NEED(1);
        tag = *r->p++;
        return tag > 1 ? PyObject_CallFunction(r->o[S_RAW_FLAG], "i", tag) : Py_NewRef(tag ? Py_True : Py_False);
    case OP_CHAR:
        return character(r);
    case OP_STR:
        return text(r, g, pc);
    case OP_BYTES:
        size = read_length(r, A(BYTES_LENGTH));
        if (size < 0 || (A(BYTES_EXACT) >= 0 && size != A(BYTES_EXACT)))
            return NULL;
        NEED(size);
        start = r->p;
        r->p += size;
        if (A(BYTES_NO_NUL) && memchr(start, 0, (size_t)size))
            return NULL;
        return PyBytes_FromStringAndSize((const char *)start, size);
    case OP_BLOB:
        return blob(r, g, pc);
    case OP_FIXED:
        NEED(A(FIXED_SIZE));
        start = r->p;
        r->p += A(FIXED_SIZE);
        return PyBytes_FromStringAndSize((const char *)start, A(FIXED_SIZE));
    case OP_UNIT:
        return Py_NewRef(r->o[A(UNIT_VALUE)]);
    }
    if (is_deep(r->stack))
        return NULL;
    switch (g[pc]) {
    case OP_OPTION:
    case OP_SOME:
        NEED(1);
        tag = *r->p++;
        if (tag > 1)
            return NULL;
        if (!tag)
            Py_RETURN_NONE;
        value = read_value(r, A(OPTION_ITEM));
        if (!value || g[pc] == OP_OPTION)
            return value;
        made = call(r, r->o[S_SOME], A(SOME_ITEM), value);
        Py_DECREF(value);
        return made;
    case OP_SEQ:
        return elements(r, g, pc, read_length(r, A(SEQ_LENGTH)));
    case OP_ARRAY:
        return elements(r, g, pc, A(ARRAY_SIZE));
    case OP_SET:
    case OP_MAP:
        return entries(r, g, pc);
    case OP_TUPLE:
        return tuple(r, g, pc);
    case OP_STRUCT:
        return instance(r, g, pc);
    case OP_MADE:
        return made_by_class(r, g, pc);
    case OP_ENUM:
        return variant(r, g, pc);
    case OP_UNITS:
        size = read_length(r, A(UNITS_INDEX));
        if (size < 0 || (size >= A(UNITS_COUNT) && A(UNITS_OTHER) < 0) || r->depth >= MAX_DEPTH)
            return NULL;
        return Py_NewRef(r->o[A(UNITS_GROUPS + (size < A(UNITS_COUNT) ? size : A(UNITS_OTHER)))]);
    case OP_CONVERT:
        value = read_value(r, A(CONVERT_ITEM));
        if (!value || A(CONVERT_DECODE) < 0 || (A(CONVERT_HEADER) && is_counted(g, r->o, pc, value) == 1))
            return value;
        made = call(r, r->o[A(CONVERT_DECODE)], A(CONVERT_ITEM), value);
        Py_DECREF(value);
        return made;
    case OP_CONST:
        return constant(r, g, pc);
    case OP_PADDED:
        start = r->p;
        value = read_value(r, A(PADDED_ITEM));
        if (value && (r->p - start > A(PADDED_SIZE) || A(PADDED_SIZE) > r->e - start))
            Py_CLEAR(value);
        r->p = value ? start + A(PADDED_SIZE) : r->p;
        return value;
    case OP_PYTHON:
        return by_python(r, g, pc);
    }
    return NULL;
}
