"""The commands, a module for each. Each imports what it needs when it runs, so that --help is instant."""
