"""What panels compute, without Qt. Requests and results need no torch to import; it is imported where work is done."""
