"""Hopf algebras of trees, forests and words, and who is dual to whom."""
