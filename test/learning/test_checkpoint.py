"""What is no checkpoint is refused as such, whatever is wrong with it."""

import pytest
from safetensors.torch import save_file
from sgft_ros.learning.checkpoint import CheckpointError, load_checkpoint
import torch

GOOD = '{"format_version": 1, "kind": "policy"}'


@pytest.mark.parametrize('metadata, dtype, message', [
    ('["policy"]', torch.float32, r"expected metadata by name, got \['policy'\]"),
    ('"policy"', torch.float32, "expected metadata by name, got 'policy'"),
    ('policy', torch.float32, 'cannot be read: Expecting value'),
    ('{}', torch.float32, 'has format version None, expected 1'),
    (GOOD, torch.bfloat16, 'policy.safetensors cannot be read: .*bfloat16')])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path, metadata, dtype, message):
    path = tmp_path / 'policy.safetensors'
    save_file({'weight0': torch.zeros(2, 2, dtype=dtype)}, path, {'sgft': metadata})
    with pytest.raises(CheckpointError, match=message):
        load_checkpoint(path, 'policy')
