"""What wrappers of the table of operations have in common, whatever the framework."""
