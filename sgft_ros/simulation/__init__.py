"""MuJoCo arm and scenes, domain randomisation, pretraining of policy and value function."""
