"""These memories in another program: an Agno agent that has them, what AgentOS needs to serve it, a learning store."""
