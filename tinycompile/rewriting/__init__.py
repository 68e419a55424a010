"""What passes are written with: walks over a module, and what its expressions say."""
