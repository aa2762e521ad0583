"""What a home holds, by run and stage, and what of it may go."""
