"""The way of a nomination: level by level, on public notice, with objections, until it is awarded."""
