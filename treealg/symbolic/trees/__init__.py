"""Trees and forests: values, labels, text, enumeration, ranking, contraction."""
