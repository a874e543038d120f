"""What is past its time goes: how long each thing is kept, and what takes it away."""
