"""
Rigid transforms as plain tuples (x, y, z, qx, qy, qz, qw): [m] and a unit quaternion.

Tuples, because a lookup of two edges in NumPy would cost several times as much.
"""

from math import acos, sin, sqrt

IDENTITY = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)


def rotate(qx, qy, qz, qw, x, y, z):
    """Return the vector (x, y, z), rotated by a unit quaternion."""
    tx = 2.0 * (qy * z - qz * y)
    ty = 2.0 * (qz * x - qx * z)
    tz = 2.0 * (qx * y - qy * x)
    return (x + qw * tx + qy * tz - qz * ty,
            y + qw * ty + qz * tx - qx * tz,
            z + qw * tz + qx * ty - qy * tx)


def multiply(ax, ay, az, aw, bx, by, bz, bw):
    """Return the product of two quaternions."""
    return (aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
            aw * bw - ax * bx - ay * by - az * bz)


def compose(first, second):
    """Return the transform that applies `second`, then `first`."""
    ax, ay, az, aqx, aqy, aqz, aqw = first
    bx, by, bz, bqx, bqy, bqz, bqw = second
    x, y, z = rotate(aqx, aqy, aqz, aqw, bx, by, bz)
    return (ax + x, ay + y, az + z, *multiply(aqx, aqy, aqz, aqw, bqx, bqy, bqz, bqw))


def inverse(transform):
    """Return the transform that undoes `transform`."""
    x, y, z, qx, qy, qz, qw = transform
    x, y, z = rotate(-qx, -qy, -qz, qw, x, y, z)
    return (-x, -y, -z, -qx, -qy, -qz, qw)


def interpolate(first, second, ratio):
    """Return the transform at `ratio` (0...1) of the way: lerp of position, slerp of rotation."""
    ax, ay, az, aqx, aqy, aqz, aqw = first
    bx, by, bz, bqx, bqy, bqz, bqw = second
    cosine = aqx * bqx + aqy * bqy + aqz * bqz + aqw * bqw
    sign = 1.0
    if cosine < 0.0:  # q and -q are one rotation: take the shorter arc
        sign, cosine = -1.0, -cosine
    if cosine < 0.9995:
        angle = acos(cosine)
        scale = 1.0 / sin(angle)
        one, two = sin((1.0 - ratio) * angle) * scale, sin(ratio * angle) * scale * sign
    else:  # sin(angle) would be too close to zero to divide by
        one, two = 1.0 - ratio, ratio * sign
    qx, qy, qz, qw = (one * aqx + two * bqx, one * aqy + two * bqy,
                      one * aqz + two * bqz, one * aqw + two * bqw)
    scale = 1.0 / sqrt(qx * qx + qy * qy + qz * qz + qw * qw)
    return (ax + (bx - ax) * ratio, ay + (by - ay) * ratio, az + (bz - az) * ratio,
            qx * scale, qy * scale, qz * scale, qw * scale)
