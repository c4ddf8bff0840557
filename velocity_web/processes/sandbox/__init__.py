"""Taking rights away from a process that opens strangers' files, by what the Linux kernel offers to everyone.

``landlock`` bounds files, TCP and signals; ``seccomp`` the system calls; ``rights`` the capabilities and limits;
``readable`` lists what every such process reads; ``confinement`` puts them together and tells what is in force.
"""
