"""What V_sim thinks, as markers for RViz."""

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point
import numpy as np
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker, MarkerArray

# Perceptually ordered, from low to high; and red below zero, grey at zero, blue above.
SEQUENTIAL = np.array([
    (0.27, 0.00, 0.33), (0.23, 0.32, 0.55), (0.13, 0.57, 0.55), (0.37, 0.79, 0.38),
    (0.99, 0.91, 0.14)])
DIVERGING = np.array([(0.79, 0.10, 0.12), (0.80, 0.80, 0.80), (0.03, 0.36, 0.70)])
LINE_WIDTH = 0.0015  # [m]


def grid(extent, resolution):
    """Return x and y [m] of a square grid of half-width `extent` around 0, each `(n,)`."""
    axis = np.linspace(-extent, extent, resolution)
    x, y = np.meshgrid(axis, axis)
    return x.ravel(), y.ravel()


def value_field(frame, x, y, z, values, spacing):
    """Return flat tiles at the points (x, y, z) [m], coloured from lowest to highest value."""
    low, high = float(values.min()), float(values.max())
    levels = (values - low) / max(high - low, 1e-9)
    marker = _marker(frame, 'value_field', Marker.CUBE_LIST)
    marker.scale.x = marker.scale.y = float(spacing)
    marker.scale.z = 0.0002
    marker.points = [Point(x=float(a), y=float(b), z=float(z)) for a, b in zip(x, y)]
    marker.colors = _colours(SEQUENTIAL, levels, alpha=0.5)
    return MarkerArray(markers=[marker])


def trajectory(frame, robot, positions, shaped_rewards):
    """Return the path of the tip `(n, 3)` [m], coloured by the shaped rewards `(n,)`."""
    marker = _marker(frame, f'trajectory/{robot}', Marker.LINE_STRIP)
    marker.scale.x = LINE_WIDTH
    # The reward at the end of an episode is far larger than the rest and must not set the scale.
    scale = max(float(np.quantile(np.abs(shaped_rewards), 0.9)), 1e-6)
    marker.points = [Point(x=float(x), y=float(y), z=float(z)) for x, y, z in positions]
    marker.colors = _colours(DIVERGING, 0.5 + 0.5 * shaped_rewards / scale, alpha=1.0)
    return MarkerArray(markers=[marker])


def _marker(frame, namespace, kind):
    marker = Marker(ns=namespace, id=0, type=kind, action=Marker.ADD)
    marker.header.frame_id = frame
    # Stamp zero: RViz draws it at the latest transform, wherever the frame has moved.
    marker.header.stamp = Time()
    marker.pose.orientation.w = 1.0
    return marker


def _colours(anchors, levels, alpha):
    """Return one ColorRGBA per level, 0 to 1, between the anchor colours."""
    at = np.linspace(0.0, 1.0, len(anchors))
    channels = [np.interp(np.clip(levels, 0.0, 1.0), at, anchors[:, i]) for i in range(3)]
    return [ColorRGBA(r=float(r), g=float(g), b=float(b), a=alpha) for r, g, b in zip(*channels)]
