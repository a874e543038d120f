"""The shell: everything that touches the world; the only asynchronous code."""

# The one place of the version: the package, --version and doctor have it from here.
__version__ = "0.2.0"
