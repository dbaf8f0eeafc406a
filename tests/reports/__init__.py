"""What a run leaves behind, tested on runs that were made up."""
