/* Generated from opcodes.py by `python snapformat/_machine/opcodes.py`. */
#ifndef SNAPFORMAT_OPCODES_H
#define SNAPFORMAT_OPCODES_H
#define TABLE_DIGEST "e3644be9"
#define SHARED_COUNT 17
enum {
    S_GUARD,
    S_DOUBT,
    S_INTEGER,
    S_NUMBER,
    S_SEQUENCE,
    S_TEXT,
    S_AS_BYTES,
    S_AS_BOOL,
    S_CHAR_BYTES,
    S_RAW_FLAG,
    S_FLAG_BYTE,
    S_SOME,
    S_PAIR_MAP,
    S_PAIR_SET,
    S_SECRET,
    S_HASHABLE,
    S_CLAIMS,
};
enum {
    FORM_BINCODE,
    FORM_BINCODE_1,
    FORM_LEB128,
    FORM_STRICT_LEB128,
};
enum {
    OP_UINT,
    OP_SINT,
    OP_F32,
    OP_F64,
    OP_F16,
    OP_VARU,
    OP_VARI,
    OP_WIDE,
    OP_BOOL,
    OP_FLAG,
    OP_CHAR,
    OP_STR,
    OP_BYTES,
    OP_BLOB,
    OP_FIXED,
    OP_UNIT,
    OP_OPTION,
    OP_SOME,
    OP_SEQ,
    OP_ARRAY,
    OP_SET,
    OP_MAP,
    OP_TUPLE,
    OP_STRUCT,
    OP_MADE,
    OP_ENUM,
    OP_UNITS,
    OP_CONVERT,
    OP_CONST,
    OP_PADDED,
    OP_PYTHON,
    OPCODE_COUNT = 31
};
/* Distances of operands from their opcode, and inside groups. */
enum {
    UINT_SIZE = 1,
    UINT_BIG = 2,
    SINT_SIZE = 1,
    SINT_BIG = 2,
    F32_SIZE = 1,
    F32_BIG = 2,
    F64_SIZE = 1,
    F64_BIG = 2,
    F16_SIZE = 1,
    F16_BIG = 2,
    VARU_SIZE = 1,
    VARU_BIG = 2,
    VARU_FORM = 3,
    VARU_MOST = 4,
    VARI_SIZE = 1,
    VARI_BIG = 2,
    VARI_FORM = 3,
    VARI_MOST = 4,
    WIDE_SIZE = 1,
    WIDE_BIG = 2,
    WIDE_SIGNED = 3,
    WIDE_NONZERO = 4,
    WIDE_VARIABLE = 5,
    STR_LENGTH = 1,
    STR_ENCODING = 2,
    BYTES_LENGTH = 1,
    BYTES_EXACT = 2,
    BYTES_NO_NUL = 3,
    BLOB_LENGTH = 1,
    BLOB_LAZY = 2,
    BLOB_RAW = 3,
    BLOB_MAKE = 4,
    BLOB_WRITE = 5,
    FIXED_SIZE = 1,
    UNIT_VALUE = 1,
    OPTION_ITEM = 1,
    SOME_ITEM = 1,
    SEQ_LENGTH = 1,
    SEQ_ITEM = 2,
    SEQ_LEAST = 3,
    SEQ_COST = 4,
    SEQ_SURPLUS = 5,
    SEQ_ZERO = 6,
    SEQ_FIXED = 7,
    SEQ_LEVELS = 8,
    SEQ_MOST = 9,
    SEQ_LISTED = 10,
    ARRAY_SIZE = 1,
    ARRAY_ITEM = 2,
    ARRAY_LEAST = 3,
    ARRAY_COST = 4,
    ARRAY_SURPLUS = 5,
    ARRAY_ZERO = 6,
    ARRAY_FIXED = 7,
    ARRAY_LEVELS = 8,
    ARRAY_MOST = 9,
    ARRAY_LISTED = 10,
    SET_LENGTH = 1,
    SET_ITEM = 2,
    SET_LEAST = 3,
    SET_COST = 4,
    SET_SURPLUS = 5,
    SET_ZERO = 6,
    SET_FIXED = 7,
    SET_LEVELS = 8,
    SET_ONE = 9,
    SET_KEY = 10,
    SET_ENTRIES = 11,
    SET_NATURAL = 12,
    SET_ELEMENTS = 13,
    MAP_LENGTH = 1,
    MAP_ITEM = 2,
    MAP_LEAST = 3,
    MAP_COST = 4,
    MAP_SURPLUS = 5,
    MAP_ZERO = 6,
    MAP_FIXED = 7,
    MAP_LEVELS = 8,
    MAP_ONE = 9,
    MAP_KEY = 10,
    MAP_ENTRIES = 11,
    MAP_NATURAL = 12,
    MAP_ELEMENTS = 13,
    MAP_VALUE = 14,
    TUPLE_COUNT = 1,
    TUPLE_GROUPS = 2,
    TUPLE_EACH = 1,
    TUPLE_IN_ITEM = 0,
    STRUCT_FIXED = 1,
    STRUCT_LEVELS = 2,
    STRUCT_CLS = 3,
    STRUCT_SKIPPED = 4,
    STRUCT_COUNT = 5,
    STRUCT_GROUPS = 6,
    STRUCT_EACH = 3,
    STRUCT_IN_SLOT = 0,
    STRUCT_IN_ITEM = 1,
    STRUCT_IN_ATTR = 2,
    MADE_CLS = 1,
    MADE_MAKE = 2,
    MADE_COUNT = 3,
    MADE_GROUPS = 4,
    MADE_EACH = 3,
    MADE_IN_KEPT = 0,
    MADE_IN_ITEM = 1,
    MADE_IN_ATTR = 2,
    ENUM_INDEX = 1,
    ENUM_OTHER = 2,
    ENUM_COUNT = 3,
    ENUM_GROUPS = 4,
    ENUM_EACH = 2,
    ENUM_IN_VALUE = 0,
    ENUM_IN_ITEM = 1,
    UNITS_INDEX = 1,
    UNITS_OTHER = 2,
    UNITS_COUNT = 3,
    UNITS_GROUPS = 4,
    UNITS_EACH = 1,
    UNITS_IN_VALUE = 0,
    CONVERT_ITEM = 1,
    CONVERT_DECODE = 2,
    CONVERT_ENCODE = 3,
    CONVERT_PURE = 4,
    CONVERT_HEADER = 5,
    CONVERT_MOST = 6,
    CONST_ITEM = 1,
    CONST_VALUE = 2,
    PADDED_ITEM = 1,
    PADDED_SIZE = 2,
    PADDED_FILL = 3,
    PYTHON_CODE = 1,
    PYTHON_SKIP = 2,
    PYTHON_LEVELS = 3,
};
/* Types of the operands: n number, p place, o object; capital letters: or -1. */
typedef struct {
    const char *operands, *group;
    int count; /* distance of the operand with the number of groups */
} Form;
static const Form forms[OPCODE_COUNT] = {
    {"nn", "", 0}, /* UINT */
    {"nn", "", 0}, /* SINT */
    {"nn", "", 0}, /* F32 */
    {"nn", "", 0}, /* F64 */
    {"nn", "", 0}, /* F16 */
    {"nnnn", "", 0}, /* VARU */
    {"nnnn", "", 0}, /* VARI */
    {"nnnnn", "", 0}, /* WIDE */
    {"", "", 0}, /* BOOL */
    {"", "", 0}, /* FLAG */
    {"", "", 0}, /* CHAR */
    {"pO", "", 0}, /* STR */
    {"pnn", "", 0}, /* BYTES */
    {"pOnOO", "", 0}, /* BLOB */
    {"n", "", 0}, /* FIXED */
    {"o", "", 0}, /* UNIT */
    {"p", "", 0}, /* OPTION */
    {"p", "", 0}, /* SOME */
    {"ppnnnnnnno", "", 0}, /* SEQ */
    {"npnnnnnnno", "", 0}, /* ARRAY */
    {"ppnnnnnnnnnOo", "", 0}, /* SET */
    {"ppnnnnnnnnnOop", "", 0}, /* MAP */
    {"n", "p", 1}, /* TUPLE */
    {"nnonn", "nPo", 5}, /* STRUCT */
    {"oon", "npO", 3}, /* MADE */
    {"pnn", "oP", 3}, /* ENUM */
    {"pnn", "o", 3}, /* UNITS */
    {"pOOnnn", "", 0}, /* CONVERT */
    {"po", "", 0}, /* CONST */
    {"pnn", "", 0}, /* PADDED */
    {"OOn", "", 0}, /* PYTHON */
};
#endif
