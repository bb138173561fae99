"""Benchmarks: what the detector costs (:mod:`benchmarks.speed`), and how good it is."""
