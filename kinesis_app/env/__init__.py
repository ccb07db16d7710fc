"""The environment: bodies, references, observation, action map, reward and termination."""
