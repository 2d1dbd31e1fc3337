"""What stands around the arm, per task."""

from sgft_ros.simulation.scenes.hammer import HammerScene
from sgft_ros.simulation.scenes.peg_insert import PegInsertScene
from sgft_ros.simulation.scenes.puck_push import PuckPushScene
from sgft_ros.simulation.scenes.push import PushScene
from sgft_ros.simulation.scenes.soft_push import SoftPushScene

SCENES = {
    'hammer': HammerScene, 'peg_insert': PegInsertScene, 'puck_push': PuckPushScene,
    'push': PushScene, 'soft_push': SoftPushScene}
