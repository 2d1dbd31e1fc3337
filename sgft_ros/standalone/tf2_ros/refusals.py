"""Which transforms a buffer does not take."""

from math import isfinite

QUATERNION_TOLERANCE = 0.01  # of the squared norm, as tf2 has it


def refusal_of(child: str, parent: str, authority: str, transform: tuple):
    """Return why a transform is not to be taken, as (kind, text), or None."""
    if child == parent:
        return 'TF_SELF_TRANSFORM', (
            f'Ignoring transform from authority "{authority}" with frame_id and child_frame_id '
            f'"{child}" because they are the same')
    if not child:
        return 'TF_NO_CHILD_FRAME_ID', (
            f'Ignoring transform from authority "{authority}" because child_frame_id not set')
    if not parent:
        return 'TF_NO_FRAME_ID', (
            f'Ignoring transform with child_frame_id "{child}" from authority "{authority}" '
            'because frame_id not set')
    x, y, z, qx, qy, qz, qw = transform
    if not isfinite(x + y + z + qx + qy + qz + qw):
        return 'TF_NAN_INPUT', (
            f'Ignoring transform for child_frame_id "{child}" from authority "{authority}" '
            f'because of a nan value in the transform {transform[:3]} {transform[3:]}')
    if abs(qx * qx + qy * qy + qz * qz + qw * qw - 1.0) > QUATERNION_TOLERANCE:
        return 'TF_DENORMALIZED_QUATERNION', (
            f'Ignoring transform for child_frame_id "{child}" from authority "{authority}" '
            f'because of an invalid quaternion in the transform {transform[3:]}')
    return None
