"""Other programs' methods on the same frames, to compare with."""
