"""What a run leaves behind: an event stream, and every picture drawn from it.

Nothing here imports another room. Whatever a report says, it read in the stream.
"""

__all__: list[str] = []
