"""Where rclpy keeps its logger classes."""
