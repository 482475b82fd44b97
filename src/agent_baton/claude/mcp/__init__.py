"""Agent Baton as a Model Context Protocol server: the same commands, offered as tools and resources."""
