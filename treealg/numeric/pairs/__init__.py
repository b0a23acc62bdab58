"""Signature kernels: functions of two paths, and their gradients."""
