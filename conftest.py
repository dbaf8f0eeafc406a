"""Load the plugin; nothing else."""

pytest_plugins = ["conformance.runner.plugin"]
