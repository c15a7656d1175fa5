"""What cli prints: results as aligned lines or as one JSON object on stdout, progress and errors beside them."""
