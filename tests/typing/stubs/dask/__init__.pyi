"""What the types of treealg need of Dask."""
