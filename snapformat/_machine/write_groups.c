/* Writing: values with parts. Code of users may change everything that is not held here, so it is looked at again. */
#include "machine.h"

/* Elements of a list or tuple that must keep its size. */
static int put_elements(Writer *w, int item, PyObject *values, Py_ssize_t count) {
    if (is_number(w->g[item]))
        return write_numbers(w, item, values, count);
    int is_list = PyList_Check(values);
    for (Py_ssize_t i = 0; i < count; i++) {
        if (is_list && i >= PyList_GET_SIZE(values))
            return -1;
        PyObject *value = Py_NewRef(is_list ? PyList_GET_ITEM(values, i) : PyTuple_GET_ITEM(values, i));
        int bad = write_value(w, item, value) < 0;
        Py_DECREF(value);
        if (bad)
            return -1;
    }
    return is_list && PyList_GET_SIZE(values) != count ? -1 : 0;
}

/* Numbers or records of a buffer, as they are written. */
static int put_buffer(Writer *w, const int32_t *g, int pc, PyObject *values) {
    Py_buffer view;
    int item = A(SEQ_ITEM), result = -1;
    if (PyObject_GetBuffer(values, &view, PyBUF_SIMPLE) < 0)
        return -1;
    Py_ssize_t size = is_number(g[item]) ? g[item + UINT_SIZE] : A(SEQ_FIXED);
    Py_ssize_t count = size > 0 ? view.len / size : -1;
    if (count >= 0 && (g[pc] == OP_SEQ ? write_length(w, A(SEQ_LENGTH), (uint64_t)count) == 0 : count == A(ARRAY_SIZE)))
        result = write_raw(w, view.buf, (size_t)view.len);
    PyBuffer_Release(&view);
    return result;
}

static int put_list(Writer *w, const int32_t *g, int pc, PyObject *given) {
    PyObject *values = PyList_CheckExact(given) ? Py_NewRef(given) : PyObject_CallOneArg(w->o[A(SEQ_LISTED)], given);
    int result = -1;
    if (!values)
        return -1;
    if (PyMemoryView_Check(values))
        result = put_buffer(w, g, pc, values);
    else if (PyList_CheckExact(values) || PyTuple_CheckExact(values)) {
        Py_ssize_t count = Py_SIZE(values);
        int fits = A(SEQ_MOST) < 0 || count <= A(SEQ_MOST);
        if (fits && (g[pc] == OP_SEQ ? write_length(w, A(SEQ_LENGTH), (uint64_t)count) == 0 : count == A(ARRAY_SIZE)))
            result = put_elements(w, A(SEQ_ITEM), values, count);
    }
    Py_DECREF(values);
    return result;
}

/* The entries of one of our maps or sets in the order of writing; NULL without an exception where Python must sort. */
static PyObject *own_entries(Writer *w, const int32_t *g, int pc, PyObject *value) {
    int is_map = g[pc] == OP_MAP;
    PyObject *found;
    if ((PyObject *)Py_TYPE(value) == w->o[is_map ? S_PAIR_MAP : S_PAIR_SET]) {
        PyObject *entries = SLOT(value, A(MAP_ENTRIES));
        found = entries && PyDict_CheckExact(entries) ? PyDict_Values(entries) : NULL;
    } else
        found = is_map && PyDict_CheckExact(value) ? PyDict_Items(value) : NULL;
    if (!found)
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(found); i++) {
        PyObject *key = PyList_GET_ITEM(found, i);
        if (is_map) {
            if (!PyTuple_CheckExact(key) || PyTuple_GET_SIZE(key) != 2)
                goto refused;
            key = PyTuple_GET_ITEM(key, 0);
        }
        if (A(MAP_NATURAL) >= 0 && (PyObject *)Py_TYPE(key) != w->o[A(MAP_NATURAL)])
            goto refused;
    }
    /* Keys of these types differ, so values are never compared. */
    if (A(MAP_NATURAL) >= 0 && PyList_Sort(found) < 0)
        goto refused;
    return found;
refused:
    Py_DECREF(found);
    return NULL;
}

static int put_entries(Writer *w, const int32_t *g, int pc, PyObject *value) {
    PyObject *found = A(MAP_NATURAL) == -2 ? NULL : own_entries(w, g, pc, value); /* -2: sorted by another order */
    if (!found && !PyErr_Occurred())
        found = PyObject_CallOneArg(w->o[A(MAP_ELEMENTS)], value);
    if (!found)
        return -1;
    int result = -1;
    if (PyList_CheckExact(found)) {
        Py_ssize_t count = PyList_GET_SIZE(found);
        result = write_length(w, A(MAP_LENGTH), (uint64_t)count);
        if (result == 0 && g[pc] == OP_SET)
            result = put_elements(w, A(SET_ITEM), found, count);
        for (Py_ssize_t i = 0; g[pc] == OP_MAP && result == 0 && i < count; i++) {
            PyObject *pair = i < PyList_GET_SIZE(found) ? PySequence_Tuple(PyList_GET_ITEM(found, i)) : NULL;
            if (!pair || PyTuple_GET_SIZE(pair) != 2 || write_value(w, A(MAP_ITEM), PyTuple_GET_ITEM(pair, 0)) < 0 ||
                write_value(w, A(MAP_VALUE), PyTuple_GET_ITEM(pair, 1)) < 0)
                result = -1;
            Py_XDECREF(pair);
        }
    }
    Py_DECREF(found);
    return result;
}

static int put_tuple(Writer *w, const int32_t *g, int pc, PyObject *given) {
    PyObject *values = PyTuple_CheckExact(given) ? Py_NewRef(given) : PyObject_CallOneArg(w->o[S_SEQUENCE], given);
    int result = -1;
    if (values && PyTuple_CheckExact(values) && PyTuple_GET_SIZE(values) == A(TUPLE_COUNT)) {
        result = 0;
        for (int i = 0; i < A(TUPLE_COUNT) && result == 0; i++)
            result = write_value(w, A(TUPLE_GROUPS + i), PyTuple_GET_ITEM(values, i));
    }
    Py_XDECREF(values);
    return result;
}

/* 1 if a value is an instance of a class, 0 if of a subclass, -1 if of another one. */
static int is_instance(Writer *w, PyObject *cls, PyObject *value) {
    if ((PyObject *)Py_TYPE(value) == cls)
        return 1;
    return w->subclasses && PyObject_IsInstance(value, cls) == 1 ? 0 : -1;
}

static int put_struct(Writer *w, const int32_t *g, int pc, PyObject *value) {
    int is_exact = is_instance(w, w->o[A(STRUCT_CLS)], value);
    if (is_exact < 0 || w->depth >= MAX_DEPTH)
        return -1;
    w->depth++;
    const int32_t *field = g + pc + STRUCT_GROUPS, *end = field + STRUCT_EACH * A(STRUCT_COUNT);
    for (; field < end; field += STRUCT_EACH) {
        if (field[STRUCT_IN_ITEM] < 0)
            continue;
        PyObject *part;
        /* Code of the value may have given it another class meanwhile, with other slots. */
        if (is_exact && (PyObject *)Py_TYPE(value) == w->o[A(STRUCT_CLS)])
            part = Py_XNewRef(SLOT(value, field[STRUCT_IN_SLOT]));
        else
            part = PyObject_GetAttr(value, w->o[field[STRUCT_IN_ATTR]]);
        int bad = !part || write_value(w, field[STRUCT_IN_ITEM], part) < 0;
        Py_XDECREF(part);
        if (bad)
            return -1;
    }
    w->depth--;
    return 0;
}

/* An instance whose attributes are looked up; `kept` 2 is for those that may be missing. */
static int put_made(Writer *w, const int32_t *g, int pc, PyObject *value) {
    if (is_instance(w, w->o[A(MADE_CLS)], value) < 0 || w->depth >= MAX_DEPTH)
        return -1;
    w->depth++;
    for (int i = 0; i < A(MADE_COUNT); i++) {
        const int32_t *field = g + pc + MADE_GROUPS + i * MADE_EACH;
        PyObject *part = field[MADE_IN_ATTR] < 0 ? Py_NewRef(Py_None)
                                                 : PyObject_GetAttr(value, w->o[field[MADE_IN_ATTR]]);
        if (!part && field[MADE_IN_KEPT] == 2 && PyErr_ExceptionMatches(PyExc_AttributeError)) {
            PyErr_Clear();
            part = Py_NewRef(Py_None);
        }
        int bad = !part || write_value(w, field[MADE_IN_ITEM], part) < 0;
        Py_XDECREF(part);
        if (bad)
            return -1;
    }
    w->depth--;
    return 0;
}

static int put_variant(Writer *w, const int32_t *g, int pc, PyObject *value) {
    const int32_t *each = g + pc + ENUM_GROUPS;
    for (int i = 0; i < A(ENUM_COUNT); i++, each += ENUM_EACH) {
        int payload = each[ENUM_IN_ITEM];
        PyObject *wanted = w->o[each[ENUM_IN_VALUE]];
        if (payload < 0 ? value != wanted : (PyObject *)Py_TYPE(value) != wanted)
            continue;
        if (write_length(w, A(ENUM_INDEX), (uint64_t)i) < 0)
            return -1;
        return payload < 0 ? (w->depth >= MAX_DEPTH ? -1 : 0) : write_value(w, payload, value);
    }
    return -1;
}

static int put_units(Writer *w, const int32_t *g, int pc, PyObject *value) {
    const int32_t *each = g + pc + UNITS_GROUPS;
    for (int i = 0; i < A(UNITS_COUNT); i++)
        if (value == w->o[each[i]])
            return w->depth >= MAX_DEPTH ? -1 : write_length(w, A(UNITS_INDEX), (uint64_t)i);
    return -1;
}

/* The unit: `()`, `[]`, or what is equal to one of them; nothing is looked at where it is None. */
static int put_unit(Writer *w, const int32_t *g, int pc, PyObject *value) {
    PyObject *unit = w->o[A(UNIT_VALUE)];
    if (unit == Py_None || value == unit)
        return 0;
    PyObject *empty = PyTuple_New(0);
    int differs = empty ? PyObject_RichCompareBool(value, empty, Py_NE) : -1;
    Py_XDECREF(empty);
    if (differs <= 0)
        return differs;
    empty = PyList_New(0);
    differs = empty ? PyObject_RichCompareBool(value, empty, Py_NE) : -1;
    Py_XDECREF(empty);
    return differs ? -1 : 0;
}

static int put_option(Writer *w, const int32_t *g, int pc, PyObject *value) {
    uint8_t *p = room(w, 1);
    if (!p)
        return -1;
    *p = value != Py_None;
    if (value == Py_None)
        return 0;
    if (g[pc] == OP_OPTION)
        return write_value(w, A(OPTION_ITEM), value);
    if ((PyObject *)Py_TYPE(value) != w->o[S_SOME])
        return -1;
    PyObject *inner = PyObject_GetAttrString(value, "value");
    int result = inner ? write_value(w, A(SOME_ITEM), inner) : -1;
    Py_XDECREF(inner);
    return result;
}

static int put_python(Writer *w, const int32_t *g, int pc, PyObject *value) {
    if (A(PYTHON_CODE) < 0 || w->depth + A(PYTHON_LEVELS) > MAX_DEPTH)
        return -1;
    PyObject *data = PyObject_CallFunction(w->o[A(PYTHON_CODE)], "OiO", value, w->depth,
                                           w->subclasses ? Py_True : Py_False);
    int result = data && PyBytes_CheckExact(data)
                     ? write_raw(w, PyBytes_AS_STRING(data), (size_t)PyBytes_GET_SIZE(data))
                     : -1;
    Py_XDECREF(data);
    return result;
}

int write_group(Writer *w, int pc, PyObject *value) {
    const int32_t *g = w->g;
    switch (g[pc]) {
    case OP_UNIT:
        return put_unit(w, g, pc, value);
    case OP_OPTION:
    case OP_SOME:
        return put_option(w, g, pc, value);
    case OP_SEQ:
    case OP_ARRAY:
        return put_list(w, g, pc, value);
    case OP_SET:
    case OP_MAP:
        return put_entries(w, g, pc, value);
    case OP_TUPLE:
        return put_tuple(w, g, pc, value);
    case OP_STRUCT:
        return put_struct(w, g, pc, value);
    case OP_MADE:
        return put_made(w, g, pc, value);
    case OP_ENUM:
        return put_variant(w, g, pc, value);
    case OP_UNITS:
        return put_units(w, g, pc, value);
    case OP_CONVERT: {
        if (A(CONVERT_ENCODE) < 0 || (A(CONVERT_HEADER) && is_counted(g, w->o, pc, value) == 1))
            return write_value(w, A(CONVERT_ITEM), value);
        PyObject *stored = PyObject_CallOneArg(w->o[A(CONVERT_ENCODE)], value);
        int result = stored ? write_value(w, A(CONVERT_ITEM), stored) : -1;
        Py_XDECREF(stored);
        return result;
    }
    case OP_PADDED: {
        size_t start = w->n, size = (size_t)A(PADDED_SIZE);
        if (write_value(w, A(PADDED_ITEM), value) < 0 || w->n - start > size)
            return -1;
        size_t fill = size - (w->n - start);
        uint8_t *p = room(w, fill);
        if (!p)
            return -1;
        memset(p, A(PADDED_FILL), fill);
        return 0;
    }
    case OP_PYTHON:
        return put_python(w, g, pc, value);
    }
    return -1;
}
