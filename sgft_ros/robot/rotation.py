"""Rotations as unit quaternions (w, x, y, z) and rotation vectors [rad]."""

import math

import numpy as np


def multiply(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the quaternion (4,) that turns by `b` first and by `a` then."""
    aw, ax, ay, az = a.tolist()
    bw, bx, by, bz = b.tolist()
    return np.array([
        aw * bw - ax * bx - ay * by - az * bz, aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx, aw * bz + ax * by - ay * bx + az * bw])


def inverse(quaternion: np.ndarray) -> np.ndarray:
    """Return the quaternion (4,) that turns back."""
    w, x, y, z = quaternion.tolist()
    return np.array([w, -x, -y, -z])


def difference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the rotation vector (3,) [rad] that turns from quaternion `b` (4,) to `a` (4,)."""
    return to_vector(multiply(a, inverse(b)))


def angle(a: np.ndarray, b: np.ndarray) -> float:
    """Return the angle [rad] between two orientations, quaternions (4,)."""
    return math.hypot(*difference(a, b).tolist())


def rotate(quaternion: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """Return the vector (3,), turned by the quaternion (4,)."""
    w, x, y, z = quaternion.tolist()
    a, b, c = vector.tolist()
    # v + 2 u x (u x v + w v), written out: np.cross is slow for three numbers.
    p, q, r = y * c - z * b + w * a, z * a - x * c + w * b, x * b - y * a + w * c
    return np.array([a + 2.0 * (y * r - z * q), b + 2.0 * (z * p - x * r),
                     c + 2.0 * (x * q - y * p)])


def matrix(quaternion: np.ndarray) -> np.ndarray:
    """Return the matrix (3, 3) of a quaternion (4,)."""
    return np.stack([rotate(quaternion, axis) for axis in np.eye(3)], axis=1)


def from_vector(vector: np.ndarray) -> np.ndarray:
    """Return the quaternion (4,) of a rotation vector (3,) [rad]."""
    turn = float(np.linalg.norm(vector))
    # sin(turn / 2) / turn, which is 1/2 where the turn vanishes.
    factor = 0.5 * np.sinc(0.5 * turn / math.pi)
    return np.concatenate([[math.cos(0.5 * turn)], factor * np.asarray(vector, float)])


def to_vector(quaternion: np.ndarray) -> np.ndarray:
    """Return the shortest rotation vector (3,) [rad] of a quaternion (4,)."""
    w, x, y, z = quaternion.tolist()
    if w < 0.0:
        w, x, y, z = -w, -x, -y, -z
    sine = math.hypot(x, y, z)
    factor = 2.0 * math.atan2(sine, w) / sine if sine > 0.0 else 0.0
    return np.array([factor * x, factor * y, factor * z])
