"""One construct for every kind of the serde data model; `Encoding.construct` derives them."""
