"""The served reference platform: control API, HTTP, notifications, state file."""
