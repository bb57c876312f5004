"""Types of Solana, held against solders."""
