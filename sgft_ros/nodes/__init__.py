"""ROS 2 nodes: thin adapters that join the learning, robot, tasks and simulation parts to topics."""
