"""Files that real programs wrote, held against what the original says of them."""
