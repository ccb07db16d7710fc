"""Training: PPO, distillation, export. Stands on the environment; never imported by the app."""

import os

# Physics threads, torch's threads and other programs share few cores. Threads of a waiting OpenMP
# team spin by default and starve the rest: on two busy cores an update then takes ten times longer.
# Must be set before torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
