"""What is counted in a course: one kind of item a file, each a table whose counts add up over transcripts."""
