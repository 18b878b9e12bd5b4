"""Side-by-side measurements, one script per claim; results are kept in docs/results.md."""
