"""What --help says, beside one line for each option."""

MOTION_HELP = "one of 'kinesis-app motions', walk:SPEED[:SECONDS], stand[:SECONDS], motion file or recording"
POLICY_HELP = "a name from 'kinesis-app policies' or an .onnx file (default: the shipped policy)"

WINDOW = """\
A human of bones and 80 muscles that walks by pulling its muscles.

Without a command a window opens, the human already walking; with MOTION it does that motion.

commands (each has its own --help):
  run        follow a motion without a window; record numbers or a video
  evaluate   how well a policy imitates motions and survives pushes
  replay     play the post-mortem of a run that failed: where did it go wrong?
  import     recordings (BVH, C3D, TRC, ASF/AMC, OpenSim, AMASS, ...) to clips, with a report
  view       play a motion itself, without muscles and physics
  motions    list the motions there are
  policies   list the policies there are
  actions    list what can be done in the window, with its keys
"""
WINDOW_EXAMPLES = """\
examples:
  kinesis-app                               walk, in a window
  kinesis-app walk:1.4                      walk at 1.4 m/s
  kinesis-app my_recording.mot              follow an OpenSim motion file
  kinesis-app run walk --speed 1.2 --video walk.mp4
"""
RUN = "Follow a motion without a window, as fast as the machine can, and say how it went."
RUN_EXAMPLES = """\
examples:
  kinesis-app run walk                                20 s of walking
  kinesis-app run walk --speed 1.4 --seconds 10       10 s at 1.4 m/s, from standing to standing
  kinesis-app run walk:1.1 --record walk.npz          keep states, excitations, forces
  kinesis-app run --command "walk 3 m, then turn left and stop"
  kinesis-app run clip.amc --video clip.mp4           a CMU recording (its .asf beside it)
  kinesis-app run walk --policy mine.onnx --json      numbers for scripts
  kinesis-app run walk --weaken soleus=0.2            both soleus muscles at 20 % of their strength
  kinesis-app run walk --experiment 'drop foot (right)' --export walk.mot
  kinesis-app run walk --experiment tired.yaml        strength, paralysis, fatigue, noise, pushes, floor

A recording (.npz) holds time, qpos, qvel, excitation, activation, muscle_force, grf, reference_qpos,
names, units and hashes; its excitation_sim replays the motion in plain MuJoCo.

--export: .sto OpenSim states, activations and forces; .mot OpenSim coordinates, with the ground reactions
as external loads beside it; .csv all channels; .npz a recording.

An experiment file is YAML; every line is optional. Muscles: soleus_r, soleus, plantarflexors_l, left, all.
  strength: {soleus: 0.2, left: 0.8}
  paralysed: [dorsiflexors_r]
  excitation: {tibant_l: 0.5}
  fatigue: {pace: 20, start: 0.1}
  noise: 0.1
  pushes: [{force: 80, seconds: 0.2, direction: 90, at: 4, phase: 0.3}]
  gravity: 9.81
  friction: 0.6
  slope: 5
  mass: 1.1
  delay: 1
"""
EVALUATE = """\
KINESIS' imitation protocol: each motion once, deterministic, from its first frame. A motion is failed
when the mean error of seven bodies exceeds 0.50 m (0.25 m and 0.15 m are reported too); MPJPE is that
error over the surviving frames. Without MOTION all motions of the library are evaluated.
"""
EVALUATE_EXAMPLES = """\
examples:
  kinesis-app evaluate walk:0.8 walk:1.1 walk:1.4
  kinesis-app evaluate --json result.json             '-' writes the JSON to standard output
  kinesis-app evaluate --emg                          when do the muscles work, and when do people's?
  kinesis-app evaluate walk:1.1 --pushes 20           and push 20 walkers, 50 N for 0.2 s
  kinesis-app evaluate --goals 100                    KINESIS' goal protocol instead: +-2 m, 5 s
  kinesis-app evaluate --goals 100 --range 8 --seconds 15
  kinesis-app evaluate --commands                     typed commands: understood, and done
  kinesis-app evaluate --minutes 10                   goals, commands, pushes up to 80 N: the falls
  kinesis-app evaluate --latency 100                  how soon is a request in the reference?

The JSON: {"format": "kinesis-evaluation-1", "clips": [{"name", "duration_s", "survived_s", "coverage",
"success_050", "success_025", "success_015", "mpjpe_mm", "mean_activation", ...}], "total": {...}}, and
"pushes", "goals": {"success_rate", "falls", "episodes": [...]}, "commands", "endurance": {"falls", "asked"},
"latency": {"median_steps", "worst_steps"} if asked for; no motions if only such things are. Success in the
total is the share of clips; the rest is weighted by time.
"""

IMPORT = """\
Turn recordings into clips of this body. Each becomes DIR/NAME.npz (NAME_2, ... if that is taken: nothing
is overwritten). Skeletons are scaled to the body and solved for by inverse kinematics; feet are locked
where they stand; the gentlest shift of the pelvis makes the clip one that a floor can carry.

read: .bvh, .amc (its .asf beside it), .c3d, .trc, .mot and .sto (OpenSim coordinates), .npz (AMASS, SMPL-H,
own clips), .npy (HumanML3D joints, MDM results), .json and .txt (DeepMimic), .xml (MuJoCo MPC keyframes)
"""
IMPORT_EXAMPLES = """\
examples:
  kinesis-app import walk.c3d
  kinesis-app import recordings/ --out clips --json report.json
  kinesis-app import 'cmu/*.amc' --fps 60 --out clips
  kinesis-app import dance.bvh --unit 0.0254 --up z

The JSON: {"format": "kinesis-import-1", "clips": [{"name", "source", "format", "duration_s", "residual_mm",
"limit_violations", "skate_mm", "penetration_mm", "tendon_jump_mm", "speed", "turn_rate", "contacts", "notes",
...}], "failed": [{"source", "reason"}]}. Lengths are in mm, worst of the clip; residual_mm is the mean of
seven bodies over time; tendon_jump_mm is within 1/150 s. Exit code 2 if anything failed.
"""
