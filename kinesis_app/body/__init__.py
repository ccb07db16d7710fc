"""The body: MyoLegs as MuJoCo models, its joints, muscles and batched kinematics."""
