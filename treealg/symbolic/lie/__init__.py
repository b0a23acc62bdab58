"""Lie, pre-Lie and post-Lie structures: brackets, Magnus and BCH series, Lyndon bases."""
