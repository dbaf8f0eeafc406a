"""Run checks: the pytest plugin, profiles, outcomes, the doctor, replays."""
