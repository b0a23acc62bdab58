"""What a call needs beside its arrays: prepared tables, made once per size and kept."""
