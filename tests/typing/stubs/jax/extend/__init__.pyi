"""What libraries on top of JAX use."""
