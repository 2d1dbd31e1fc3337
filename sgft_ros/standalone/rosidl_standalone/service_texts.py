"""Services that nodes use and that rosbags has no definition of, as .srv text."""

SERVICES = {
    'std_srvs/srv/Empty': '---\n',
    'std_srvs/srv/SetBool': """
bool data
---
bool success
string message
""",
    'std_srvs/srv/Trigger': """
---
bool success
string message
""",
    'rcl_interfaces/srv/DescribeParameters': """
string[] names
---
ParameterDescriptor[] descriptors
""",
    'rcl_interfaces/srv/GetLoggerLevels': """
string[] names
---
LoggerLevel[] levels
""",
    'rcl_interfaces/srv/GetParameters': """
string[] names
---
ParameterValue[] values
""",
    'rcl_interfaces/srv/GetParameterTypes': """
string[] names
---
uint8[] types
""",
    'rcl_interfaces/srv/ListParameters': """
uint64 DEPTH_RECURSIVE=0
string[] prefixes
uint64 depth
---
ListParametersResult result
""",
    'rcl_interfaces/srv/SetLoggerLevels': """
LoggerLevel[] levels
---
SetLoggerLevelsResult[] results
""",
    'rcl_interfaces/srv/SetParameters': """
Parameter[] parameters
---
SetParametersResult[] results
""",
    'rcl_interfaces/srv/SetParametersAtomically': """
Parameter[] parameters
---
SetParametersResult result
""",
}
