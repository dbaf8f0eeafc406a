"""Who is judged: platforms, and the words a check talks to them in."""
