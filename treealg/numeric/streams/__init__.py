"""Signatures over intervals and windows of paths whose points come one after the other."""
