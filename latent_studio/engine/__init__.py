"""The engine: lanes that run requests and jobs. At run time torch runs here and nowhere else."""
