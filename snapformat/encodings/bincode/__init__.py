"""bincode: values one after the other, in fixed or variable width."""
