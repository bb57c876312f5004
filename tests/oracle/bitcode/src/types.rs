//! Types as data: what serde's derive would know of them at compile time.

/// A place in the list of all nodes of a type.
pub type At = usize;

/// What serde calls one of the four styles of structs and variants.
pub enum Fields {
    Unit,
    Newtype(At),
    Tuple(Vec<At>),
    Struct(Vec<At>),
}

pub enum Type {
    Bool,
    U8,
    U16,
    U32,
    U64,
    U128,
    I8,
    I16,
    I32,
    I64,
    I128,
    F32,
    F64,
    Char,
    Str,
    Bytes,
    Unit,
    Struct(Fields),
    Tuple(Vec<At>),
    Array(At, usize),
    Seq(At),
    Map(At, At),
    Option(At),
    Enum(Vec<Fields>),
    /// A struct or enum that has been described before, perhaps one around this place.
    Again(At),
}

/// A whole type: its nodes, the first of which is the outermost.
pub struct Types {
    pub nodes: Vec<Type>,
    /// Enums that are Rust's `Result`: `Ok`, then `Err`.
    pub results: Vec<At>,
    /// Sequences that are sets.
    pub sets: Vec<At>,
    named: Vec<At>,
}

struct Reader<'a> {
    data: &'a [u8],
}

impl Reader<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.data.split_first().expect("a description is complete");
        self.data = rest;
        *first
    }

    fn count(&mut self) -> usize {
        usize::from(self.byte()) | usize::from(self.byte()) << 8
    }
}

impl Types {
    /// Read a description: a byte for each node, and two for each number of parts.
    pub fn parse(data: &[u8]) -> Types {
        let mut types = Types { nodes: Vec::new(), results: Vec::new(), sets: Vec::new(), named: Vec::new() };
        let mut reader = Reader { data };
        types.node(&mut reader);
        assert!(reader.data.is_empty(), "a description has an end");
        types
    }

    fn node(&mut self, reader: &mut Reader) -> At {
        let at = self.nodes.len();
        self.nodes.push(Type::Unit);
        let tag = reader.byte();
        if matches!(tag, 17..=20 | 26 | 28) {
            self.named.push(at);
        }
        self.nodes[at] = match tag {
            0 => Type::Bool,
            1 => Type::U8,
            2 => Type::U16,
            3 => Type::U32,
            4 => Type::U64,
            5 => Type::U128,
            6 => Type::I8,
            7 => Type::I16,
            8 => Type::I32,
            9 => Type::I64,
            10 => Type::I128,
            11 => Type::F32,
            12 => Type::F64,
            13 => Type::Char,
            14 => Type::Str,
            15 => Type::Bytes,
            16 => Type::Unit,
            17..=20 => Type::Struct(self.fields(tag - 17, reader)),
            21 => Type::Tuple(self.several(reader)),
            22 => {
                let count = reader.count();
                Type::Array(self.node(reader), count)
            }
            23 => Type::Seq(self.node(reader)),
            29 => {
                self.sets.push(at);
                Type::Seq(self.node(reader))
            }
            24 => Type::Map(self.node(reader), self.node(reader)),
            25 => Type::Option(self.node(reader)),
            26 | 28 => {
                if tag == 28 {
                    self.results.push(at);
                }
                let count = reader.count();
                let mut variants = Vec::new();
                for _ in 0..count {
                    let style = reader.byte();
                    variants.push(self.fields(style, reader));
                }
                Type::Enum(variants)
            }
            27 => Type::Again(self.named[reader.count()]),
            _ => panic!("no such node: {tag}"),
        };
        at
    }

    fn several(&mut self, reader: &mut Reader) -> Vec<At> {
        (0..reader.count()).map(|_| self.node(reader)).collect()
    }

    fn fields(&mut self, style: u8, reader: &mut Reader) -> Fields {
        match style {
            0 => Fields::Unit,
            1 => Fields::Newtype(self.node(reader)),
            2 => Fields::Tuple(self.several(reader)),
            3 => Fields::Struct(self.several(reader)),
            _ => panic!("no such style: {style}"),
        }
    }

    /// The node itself, where it stands for one that was described before.
    pub fn resolve(&self, at: At) -> At {
        match self.nodes[at] {
            Type::Again(before) => before,
            _ => at,
        }
    }

    /// Whether a Rust type like this has the size 0: the crate bounds the number of such elements.
    pub fn is_zero_sized(&self, at: At) -> bool {
        match &self.nodes[self.resolve(at)] {
            Type::Unit => true,
            Type::Struct(fields) => self.are_zero_sized(fields),
            Type::Tuple(parts) => parts.iter().all(|&part| self.is_zero_sized(part)),
            Type::Array(item, count) => *count == 0 || self.is_zero_sized(*item),
            Type::Enum(variants) => variants.len() == 1 && self.are_zero_sized(&variants[0]),
            _ => false,
        }
    }

    fn are_zero_sized(&self, fields: &Fields) -> bool {
        match fields {
            Fields::Unit => true,
            Fields::Newtype(part) => self.is_zero_sized(*part),
            Fields::Tuple(parts) | Fields::Struct(parts) => {
                parts.iter().all(|&part| self.is_zero_sized(part))
            }
        }
    }
}
