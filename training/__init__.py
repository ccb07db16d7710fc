"""Training: PPO, distillation, export. Stands on the environment; never imported by the app."""
