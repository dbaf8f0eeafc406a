"""What a run leaves behind: no secret, nothing by chance, nothing half-said."""
