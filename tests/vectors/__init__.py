"""Known answers: files, loader, judge, command."""
