"""Input that is made to break the reader, the writer, the files and the conversions."""
