"""MuJoCo arm and scenes, domain randomisation, pretraining of the policy and the value function."""
