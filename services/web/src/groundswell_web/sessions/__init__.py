"""Who is visiting: sign-in by mailed code, sessions, and the forms that only a visitor may send."""
