"""Types and values, apart from how an encoding stores them."""
