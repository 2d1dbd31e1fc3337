"""The mathematics of simulation-guided fine-tuning: PyTorch and NumPy, no ROS, no robot."""
