/* The extension module: the type `Program`, and how a call begins and ends. */
#include "machine.h"

#include <stddef.h>
#include <structmember.h>

/* Small values are written here first. */
#define SMALL 1024
/* Most bytes of room that a program keeps in mind from one write to the next. */
#define MOST_HINT (1 << 16)

static PyObject *refuse(PyObject *objects) {
    if (!PyErr_Occurred())
        PyErr_SetNone(objects ? PyTuple_GET_ITEM(objects, S_GUARD) : PyExc_ValueError);
    Py_XDECREF(objects);
    return NULL;
}

/* Take over the arguments (data, offset, end, depth, claims) of reading; hold the objects of the program. */
static int begin(Program *self, PyObject *const *arguments, Py_ssize_t count, Reader *r, PyObject **objects) {
    *objects = Py_XNewRef(self->objects);
    if (count != 5 || !*objects || !PyBytes_Check(arguments[0]))
        return -1;
    Py_ssize_t p = PyLong_AsSsize_t(arguments[1]), e = PyLong_AsSsize_t(arguments[2]);
    long depth = PyLong_AsLong(arguments[3]);
    if (PyErr_Occurred() || p < 0 || p > e || e > PyBytes_GET_SIZE(arguments[0]) || depth < 0 || depth > INT_MAX / 2)
        return -1;
    const uint8_t *d = (const uint8_t *)PyBytes_AS_STRING(arguments[0]);
    *r = (Reader){.g = self->code,
                  .o = ((PyTupleObject *)*objects)->ob_item,
                  .d = d,
                  .p = d + p,
                  .e = d + e,
                  .data = arguments[0],
                  .claims = arguments[4],
                  .program = self,
                  .stack = stack_limit(),
                  .depth = (int)depth};
    return get_claims(r);
}

static PyObject *program_read(Program *self, PyObject *const *arguments, Py_ssize_t count) {
    Reader r;
    PyObject *objects, *value, *end, *pair;
    if (begin(self, arguments, count, &r, &objects) < 0)
        return refuse(objects);
    value = read_value(&r, self->root);
    if (!value)
        return refuse(objects);
    show(&r, self->root, value);
    end = PyLong_FromSsize_t(r.p - r.d);
    pair = PyTuple_New(2);
    if (!end || !pair || set_claims(&r) < 0) {
        Py_DECREF(value);
        Py_XDECREF(end);
        Py_XDECREF(pair);
        return refuse(objects);
    }
    PyTuple_SET_ITEM(pair, 0, value);
    PyTuple_SET_ITEM(pair, 1, end);
    Py_DECREF(objects);
    return pair;
}

static PyObject *passed(Program *self, PyObject *const *arguments, Py_ssize_t count, int check) {
    Reader r;
    PyObject *objects;
    if (begin(self, arguments, count, &r, &objects) < 0 || skip_value(&r, self->root, check) < 0 || set_claims(&r) < 0)
        return refuse(objects);
    Py_DECREF(objects);
    return PyLong_FromSsize_t(r.p - r.d);
}

static PyObject *program_skip(Program *self, PyObject *const *arguments, Py_ssize_t count) {
    return passed(self, arguments, count, 0);
}

static PyObject *program_check(Program *self, PyObject *const *arguments, Py_ssize_t count) {
    return passed(self, arguments, count, 1);
}

static PyObject *program_index(Program *self, PyObject *const *arguments, Py_ssize_t count) {
    Reader r;
    PyObject *objects, *places;
    const int32_t *g = self->code;
    int pc = self->root, fields = g[pc] == OP_STRUCT ? A(STRUCT_COUNT) - A(STRUCT_SKIPPED) : -1;
    if (begin(self, arguments, count, &r, &objects) < 0 || fields < 0 || r.depth >= MAX_DEPTH)
        return refuse(objects);
    places = PyTuple_New(fields + 1);
    if (!places)
        return refuse(objects);
    r.depth++;
    for (int i = 0; i <= fields; i++) {
        PyObject *place = PyLong_FromSsize_t(r.p - r.d);
        if (place)
            PyTuple_SET_ITEM(places, i, place);
        int item = i < fields ? g[pc + STRUCT_GROUPS + i * STRUCT_EACH + STRUCT_IN_ITEM] : -1;
        if (!place || (i < fields && skip_value(&r, item, 0) < 0)) {
            Py_DECREF(places);
            return refuse(objects);
        }
    }
    if (set_claims(&r) < 0) {
        Py_DECREF(places);
        return refuse(objects);
    }
    Py_DECREF(objects);
    return places;
}

/* write(value, depth=0, subclasses=True) */
static PyObject *program_write(Program *self, PyObject *const *arguments, Py_ssize_t count) {
    uint8_t small[SMALL];
    PyObject *objects = Py_XNewRef(self->objects), *result;
    long depth = count > 1 ? PyLong_AsLong(arguments[1]) : 0;
    int subclasses = count > 2 ? PyObject_IsTrue(arguments[2]) : 1;
    if (count < 1 || count > 3 || !objects || subclasses < 0 || depth < 0 || depth > INT_MAX / 2)
        return refuse(objects);
    Writer w = {.g = self->code,
                .o = ((PyTupleObject *)objects)->ob_item,
                .b = small,
                .cap = SMALL,
                .program = self,
                .stack = stack_limit(),
                .depth = (int)depth,
                .subclasses = subclasses};
    if (write_value(&w, self->root, arguments[0]) < 0) {
        Py_XDECREF(w.bytes);
        return refuse(objects);
    }
    if (w.bytes) {
        self->hint = w.n < MOST_HINT ? (Py_ssize_t)w.n : MOST_HINT;
        if (w.cap != w.n && _PyBytes_Resize(&w.bytes, (Py_ssize_t)w.n) < 0)
            return refuse(objects);
        result = w.bytes;
    } else
        result = PyBytes_FromStringAndSize((const char *)small, (Py_ssize_t)w.n);
    Py_DECREF(objects);
    return result;
}

/* --- programs ----------------------------------------------------------------------------------------------------- */

/* Whether the operands of a program refer to what is there. */
static int is_sound(const int32_t *g, Py_ssize_t words, int root, Py_ssize_t objects) {
    Py_ssize_t pc = 0;
    uint8_t *starts = PyMem_Calloc((size_t)words + 1, 1);
    if (!starts)
        return 0;
    int sound = 1;
    for (int pass = 0; pass < 2 && sound; pass++)
        for (pc = 0; pc < words && sound;) {
            if (g[pc] < 0 || g[pc] >= OPCODE_COUNT) {
                sound = 0;
                break;
            }
            const Form *form = &forms[g[pc]];
            Py_ssize_t fixed = (Py_ssize_t)strlen(form->operands), each = (Py_ssize_t)strlen(form->group);
            if (pc + fixed >= words) {
                sound = 0;
                break;
            }
            Py_ssize_t groups = form->count ? g[pc + form->count] : 0;
            if (groups < 0 || (each && groups > (words - pc - 1 - fixed) / each)) {
                sound = 0;
                break;
            }
            starts[pc] = 1;
            Py_ssize_t all = fixed + each * groups;
            for (Py_ssize_t i = 0; pass && i < all; i++) {
                char type = i < fixed ? form->operands[i] : form->group[(i - fixed) % each];
                int32_t value = g[pc + 1 + i];
                if (((type == 'O' && value >= 0) || type == 'o') && (value < 0 || value >= objects))
                    sound = 0;
                if (((type == 'P' && value >= 0) || type == 'p') && (value < 0 || value >= words || !starts[value]))
                    sound = 0;
            }
            pc += 1 + all;
        }
    sound = sound && pc == words && starts[root];
    PyMem_Free(starts);
    return sound;
}

static PyObject *program_new(PyTypeObject *type, PyObject *arguments, PyObject *names) {
    static char *keywords[] = {"code", "objects", "root", "claimed", "zero_sized", NULL};
    Py_buffer code;
    PyObject *objects;
    int root;
    Py_ssize_t claimed, zero_sized;
    if (!PyArg_ParseTupleAndKeywords(arguments, names, "y*O!inn", keywords, &code, &PyTuple_Type, &objects, &root,
                                     &claimed, &zero_sized))
        return NULL;
    Py_ssize_t words = code.len / 4;
    int32_t *copy = PyMem_Malloc((size_t)code.len + 4);
    if (!copy) {
        PyBuffer_Release(&code);
        return PyErr_NoMemory();
    }
    memcpy(copy, code.buf, (size_t)code.len);
    PyBuffer_Release(&code);
    if (root < 0 || root >= words || PyTuple_GET_SIZE(objects) < SHARED_COUNT ||
        !is_sound(copy, words, root, PyTuple_GET_SIZE(objects))) {
        PyMem_Free(copy);
        PyErr_SetString(PyExc_ValueError, "not a program");
        return NULL;
    }
    Program *self = (Program *)type->tp_alloc(type, 0);
    if (!self) {
        PyMem_Free(copy);
        return NULL;
    }
    self->code = copy;
    self->words = words;
    self->objects = Py_NewRef(objects);
    self->root = root;
    self->claimed = claimed;
    self->zero_sized = zero_sized;
    return (PyObject *)self;
}

static int program_traverse(Program *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->objects);
    return 0;
}

static int program_clear(Program *self) {
    Py_CLEAR(self->objects);
    return 0;
}

static void program_dealloc(Program *self) {
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_CLEAR(self->objects);
    PyMem_Free(self->code);
    type->tp_free((PyObject *)self);
    Py_DECREF(type);
}

#define METHOD(name, text) {#name, (PyCFunction)(void (*)(void))program_##name, METH_FASTCALL, text}
static PyMethodDef program_methods[] = {
    METHOD(read, "read(data, offset, end, depth, claims): the value, and the offset after it"),
    METHOD(skip, "skip(data, offset, end, depth, claims): the offset after the value"),
    METHOD(check, "check(data, offset, end, depth, claims): the offset after a valid value"),
    METHOD(index, "index(data, offset, end, depth, claims): the offsets of a struct's fields, and the end"),
    METHOD(write, "write(value, depth=0, subclasses=True): the bytes"),
    {NULL, NULL, 0, NULL}};

static PyType_Slot program_slots[] = {{Py_tp_doc, "A program: its words, its objects, and where it begins."},
                                      {Py_tp_new, program_new},
                                      {Py_tp_dealloc, program_dealloc},
                                      {Py_tp_traverse, program_traverse},
                                      {Py_tp_clear, program_clear},
                                      {Py_tp_methods, program_methods},
                                      {0, NULL}};

static PyType_Spec program_spec = {.name = "snapformat._machine._core.Program",
                                   .basicsize = sizeof(Program),
                                   .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
                                   .slots = program_slots};

/* --- slots -------------------------------------------------------------------------------------------------------- */

/* slot(cls, name): the offset of a slot that holds an object; TypeError for other attributes. */
static PyObject *slot(PyObject *module, PyObject *arguments) {
    PyObject *cls, *name;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "O!U", &PyType_Type, &cls, &name))
        return NULL;
    PyObject *found = PyObject_GetAttr(cls, name);
    if (!found)
        return NULL;
    Py_ssize_t offset = -1;
    if (Py_TYPE(found) == &PyMemberDescr_Type) {
        PyMemberDescrObject *member = (PyMemberDescrObject *)found;
        if (member->d_member->type == T_OBJECT_EX && !(member->d_member->flags & READONLY) &&
            PyType_IsSubtype((PyTypeObject *)cls, PyDescr_TYPE(found)))
            offset = member->d_member->offset;
    }
    Py_DECREF(found);
    if (offset <= 0) {
        PyErr_SetString(PyExc_TypeError, "not a slot");
        return NULL;
    }
    return PyLong_FromSsize_t(offset);
}

/* is_simple(cls): whether instances can be made by allocating them. */
static PyObject *is_simple(PyObject *module, PyObject *cls) {
    (void)module;
    if (!PyType_Check(cls))
        Py_RETURN_FALSE;
    PyTypeObject *type = (PyTypeObject *)cls;
    return PyBool_FromLong(type->tp_flags & Py_TPFLAGS_HEAPTYPE && !(type->tp_flags & Py_TPFLAGS_IS_ABSTRACT) &&
                           !type->tp_itemsize && !type->tp_finalize && !type->tp_del &&
                           type->tp_alloc == PyType_GenericAlloc);
}

static PyMethodDef functions[] = {{"slot", slot, METH_VARARGS, "slot(cls, name): the offset of a slot"},
                                  {"is_simple", is_simple, METH_O,
                                   "is_simple(cls): whether instances can be made by allocating them"},
                                  {NULL, NULL, 0, NULL}};

PyObject *byte_ints[256];

static int execute(PyObject *module) {
    for (int i = 0; i < 256; i++)
        if (!byte_ints[i] && !(byte_ints[i] = PyLong_FromLong(i)))
            return -1;
    PyObject *type = PyType_FromModuleAndSpec(module, &program_spec, NULL);
    int result = type ? PyModule_AddObjectRef(module, "Program", type) : -1;
    Py_XDECREF(type);
    if (result < 0 || PyModule_AddStringConstant(module, "DIGEST", TABLE_DIGEST) < 0)
        return -1;
    return PyModule_AddStringConstant(module, "SOURCES", SOURCES_DIGEST);
}

/* Nothing is shared between interpreters but constants and the bounds of threads' stacks. */
static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, execute},
#if PY_VERSION_HEX >= 0x030C0000
                                          {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
                                          {0, NULL}};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "snapformat._machine._core",
                                        .m_doc = "Executes the operations of layouts.", .m_methods = functions,
                                        .m_slots = module_slots};

PyMODINIT_FUNC PyInit__core(void) {
    return PyModuleDef_Init(&definition);
}
