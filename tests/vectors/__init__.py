"""The golden cases of the Rust module, each row through a type made from its `rust_type` by rule."""
