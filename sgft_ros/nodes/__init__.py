"""ROS 2 nodes: thin adapters that join learning, robot, tasks and simulation to topics."""
