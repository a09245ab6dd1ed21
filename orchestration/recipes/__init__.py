"""The recipes that ship with us, one YAML file each."""
