"""What every suite uses: a Sluis node, a raw HTTP client, sample people, and a search for leaks."""
