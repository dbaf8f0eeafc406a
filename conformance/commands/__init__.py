"""The commands of `wxconform`, one module each: `add_arguments(parser)` and `main(arguments) -> exit code`."""
