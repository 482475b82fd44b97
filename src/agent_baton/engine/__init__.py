"""The engine: facts go in, instructions come out. Pure: no I/O, clock, environment or chance."""
