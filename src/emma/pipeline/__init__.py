"""From text to a run and back out: draft a recipe, run its stages and keep their record, export, push, clean up."""
