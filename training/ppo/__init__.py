"""Proximal policy optimisation (Schulman et al. 2017); ``python -m training.ppo`` is the command.

To read it: :mod:`~training.ppo.loop` collects and repeats, :mod:`~training.ppo.update` is one
update, :mod:`~training.ppo.learner` what is updated; ``training/stages.py`` has the stages of a run.

Every logged number:

| name | what it is, and what is healthy |
|---|---|
| steps_per_second | control steps of all bodies per second, learning included |
| collect_share | share of that time spent on collecting, the rest on learning |
| episode_seconds | running mean age at which episodes end; they last ``env.episode_seconds`` at most |
| survival | running share of episodes that ended by time, not by failure |
| reward | mean reward per control step; the terms below add up to it |
| reward/<term> | mean of one reward term; its ceiling is the term's weight |
| push | largest random push in use [N] |
| hardest_clip | failure rate of the clip that fails most |
| learning_rate | steered so that ``kl`` stays near its target |
| kl | KL(old policy || new policy) in the last epoch; minibatches this small sit at 0.03-0.05 |
| clip_fraction | share of samples whose probability ratio was clipped; 0.2-0.5 with these settings |
| policy_loss | the clipped surrogate of equation 7; its level says little, a jump says much |
| value_loss | mean squared error of the scaled value |
| explained_variance | 1 - var(return - value) / var(return): 1 is a perfect critic, <= 0 a useless one |
| action_std | mean standard deviation of the actions; falls as the policy settles |
| grad_norm | gradient norm before clipping |
"""

from training.ppo.learner import Learner
from training.ppo.loop import Progress, collect, loop_state, restore_loop, train
from training.ppo.update import prepare, update

__all__ = ["Learner", "Progress", "collect", "loop_state", "prepare", "restore_loop", "train", "update"]
