"""Two runs in one ROS domain would learn from each other's robots: the second is refused."""

import os
import subprocess

from data_path import kill, node_process
import pytest
from sgft_ros.nodes.sole_name import take


def test_a_name_is_taken_once_in_each_domain_until_it_is_given_back(domain_id):
    with take('/policy', domain_id):
        with pytest.raises(RuntimeError, match=f'domain {domain_id} .*process {os.getpid()} is'):
            take('/policy', domain_id)
        take('/left/policy', domain_id).close()
        take('/policy', domain_id + 100).close()
        long = '/' + 200 * 'n' + '/policy'
        with take(long, domain_id), pytest.raises(RuntimeError, match=long):
            take(long, domain_id)
    take('/policy', domain_id).close()


def test_a_second_node_is_refused_and_one_that_follows_a_killed_one_is_not(
        domain_id, tmp_path, capfd):
    def monitor(folder):
        return node_process(
            'monitor', subprocess.PIPE, run_folder=tmp_path / folder, print_period=0.1)

    with monitor('first') as first:
        assert first.stdout.readline()
        with monitor('second') as second:
            assert second.wait(timeout=60.0) == 1
        assert f'process {first.pid} is its /monitor' in capfd.readouterr().err
        assert not (tmp_path / 'second' / 'summary.json').exists()
        kill(first)
    with monitor('first') as restarted:
        assert restarted.stdout.readline()
