"""Parameters of the node replay_buffer."""

from dataclasses import dataclass

from sgft_ros.nodes.parameters import parameter


@dataclass(frozen=True)
class ReplayBufferParameters:
    """Parameters of the node replay_buffer."""

    capacity: int = parameter(
        1_000_000, 'transitions that are kept; then the newest replaces the oldest', minimum=1,
        maximum=100_000_000)
    prior_data: str = parameter(
        '', 'safetensors file of transitions that prior_ratio of a request draws from')
    value_checkpoint: str = parameter(
        '', 'checkpoint of V_sim that shapes prior_data; empty if the file holds shaped rewards')
    policy_checkpoint: str = parameter(
        '', 'checkpoint of the policy that prior_data and V_sim have to belong to; empty: they '
            'are compared with each other alone')
    run_folder: str = parameter(
        '', 'folder for the journal and the archives; empty keeps transitions in memory only')
    seed: int = parameter(0, 'seed of the sampling', minimum=0, maximum=2**31 - 1)
