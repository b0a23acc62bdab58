"""What goes with modules."""
