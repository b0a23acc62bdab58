"""Languages that programs are printed in: one printer per language, one text for all."""
