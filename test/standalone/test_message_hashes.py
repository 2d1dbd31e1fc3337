"""Type hashes are the ones that ROS 2 Jazzy announces; it warns about any other."""

from launch_runs import require_standalone
import pytest

require_standalone()

from rosidl_runtime_py.utilities import get_interface  # noqa: E402
from rosidl_standalone.typesupport import (  # noqa: E402
    dds_type_name,
    is_message,
    is_service,
    type_hash,
    type_name,
)

PUBLISHED = {  # as `ros2 topic info -v` and `ros2 service info -v` show them
    'std_msgs/msg/String': 'df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18',
    'rcl_interfaces/msg/Log':
        'e28ce254ca8abc06abf92773b74602cdbf116ed34fbaf294fb9f81da9f318eac',
    'rcl_interfaces/msg/ParameterEvent':
        '043e627780fcad87a22d225bc2a037361dba713fca6a6b9f4b869a5aa0393204',
    'std_srvs/srv/Empty': '5888399dedec5ccc85ea6451949fd2c9f97bfdf963f9a588821639fcd31b5d19',
    'std_srvs/srv/SetBool': 'abe9e4bb6b41b40e6789712c00ec8871923e089af3f667a79992a428cff2da0a',
    'std_srvs/srv/Trigger': 'eeff2cd6fa5ad9d27cdf4dec64818317839b62f212a91e6b5304b634b2062c5f',
    'rcl_interfaces/srv/DescribeParameters':
        '845b484d71eb0673dae682f2e3ba3c4851a65a3dcfb97bddd82c5b57e91e4cff',
    'rcl_interfaces/srv/GetParameters':
        'bf9803d5c74cf989a5de3e0c2e99444599a627c7ff75f97b8c05b01003675cbc',
    'rcl_interfaces/srv/GetParameterTypes':
        'da199c878688b3e530bdfe3ca8f74cb9fa0c303101e980a9e8f260e25e1c80ca',
    'rcl_interfaces/srv/ListParameters':
        '3e6062bfbb27bfb8730d4cef2558221f51a11646d78e7bb30a1e83afac3aad9d',
    'rcl_interfaces/srv/SetParameters':
        '56eed9a67e169f9cb6c1f987bc88f868c14a8fc9f743a263bc734c154015d7e0',
    'rcl_interfaces/srv/SetParametersAtomically':
        '0e192ef259c07fc3c07a13191d27002222e65e00ccec653ca05e856f79285fcd',
}


@pytest.mark.parametrize('name', PUBLISHED)
def test_hash_is_the_published_one(name):
    assert type_hash(get_interface(name)) == f'RIHS01_{PUBLISHED[name]}'


def test_names_on_dds():
    trigger = get_interface('std_srvs/srv/Trigger')
    assert type_name(trigger) == 'std_srvs/srv/Trigger'
    assert type_name(trigger.Request) == 'std_srvs/srv/Trigger_Request'
    assert dds_type_name(trigger.Request) == 'std_srvs::srv::dds_::Trigger_Request_'
    joint_state = get_interface('sensor_msgs/msg/JointState')
    assert dds_type_name(joint_state) == 'sensor_msgs::msg::dds_::JointState_'


def test_messages_and_services_are_told_apart():
    trigger = get_interface('std_srvs/srv/Trigger')
    assert is_service(trigger) and not is_message(trigger)
    assert is_message(trigger.Request) and not is_service(trigger.Request)
    assert not is_message(trigger.Request()) and not is_message(dict) and not is_service(3)
    with pytest.raises(TypeError, match='dict'):
        type_name(dict)
