"""The parts of the Data panel."""
