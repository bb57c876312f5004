/* The collector of cyclic garbage: what is made is hidden from it, and from code of others, until it is whole.

   Else it would go over a growing list of objects again and again, none of which can be garbage. Before a value is
   given to other code, and at the end, all of it is shown at once. */
#include "machine.h"

static int is_hidden(PyObject *value) {
    return PyObject_IS_GC(value) && !PyObject_GC_IsTracked(value);
}

static void show_fields(const Reader *r, int pc, PyObject *value) {
    const int32_t *g = r->g, *field = g + pc + STRUCT_GROUPS, *end = field + STRUCT_EACH * A(STRUCT_COUNT);
    for (; field < end; field += STRUCT_EACH) {
        PyObject *part = SLOT(value, field[STRUCT_IN_SLOT]);
        if (field[STRUCT_IN_ITEM] >= 0 && part)
            show(r, field[STRUCT_IN_ITEM], part);
    }
}

static void show_variant(const Reader *r, int pc, PyObject *value) {
    const int32_t *g = r->g, *each = g + pc + ENUM_GROUPS;
    for (int i = 0; i < A(ENUM_COUNT); i++, each += ENUM_EACH)
        if (each[ENUM_IN_ITEM] >= 0 && (PyObject *)Py_TYPE(value) == r->o[each[ENUM_IN_VALUE]]) {
            show(r, each[ENUM_IN_ITEM], value);
            return;
        }
}

/* Whether values of an operation are never hidden: numbers and texts, and what other code has made. */
static int is_open(int op) {
    switch (op) {
    case OP_OPTION:
    case OP_SEQ:
    case OP_ARRAY:
    case OP_TUPLE:
    case OP_STRUCT:
    case OP_ENUM:
    case OP_CONVERT:
    case OP_CONST:
    case OP_PADDED:
    case OP_BLOB:
        return 0;
    }
    return 1;
}

void show(const Reader *r, int pc, PyObject *value) {
    const int32_t *g = r->g;
    int op = g[pc];
    if (is_open(op))
        return;
    if (op == OP_OPTION || op == OP_CONVERT || op == OP_CONST || op == OP_PADDED) {
        show(r, g[pc + OPTION_ITEM], value);
        return;
    }
    if (op == OP_ENUM) {
        show_variant(r, pc, value);
        return;
    }
    if (!is_hidden(value))
        return;
    PyObject_GC_Track(value);
    if (op == OP_STRUCT && (PyObject *)Py_TYPE(value) == r->o[A(STRUCT_CLS)])
        show_fields(r, pc, value);
    else if ((op == OP_SEQ || op == OP_ARRAY) && PyList_CheckExact(value) && !is_open(g[A(SEQ_ITEM)])) {
        for (Py_ssize_t i = 0; i < PyList_GET_SIZE(value); i++)
            show(r, A(SEQ_ITEM), PyList_GET_ITEM(value, i));
    } else if (op == OP_TUPLE && PyTuple_CheckExact(value) && PyTuple_GET_SIZE(value) == A(TUPLE_COUNT)) {
        for (int i = 0; i < A(TUPLE_COUNT); i++)
            show(r, A(TUPLE_GROUPS + i), PyTuple_GET_ITEM(value, i));
    }
}
