"""The same job written as other libraries' users write it; run by `make bench` from an environment of its own."""
