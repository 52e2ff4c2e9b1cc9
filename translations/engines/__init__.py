"""What translates: packages of Argos and local models, found, checked, installed and run."""
