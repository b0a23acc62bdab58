from treealg.files.run import compute as compute
