"""The shell: everything that touches the world; the only asynchronous code."""
