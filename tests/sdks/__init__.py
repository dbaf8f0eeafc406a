"""Other people's SDKs against our platform: the proof that does not come from us."""
