"""Lists of people to call: reading files as people send them, bringing them into the database, and out again."""
