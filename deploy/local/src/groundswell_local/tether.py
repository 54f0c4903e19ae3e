"""Starts a program that dies with its parent: `python tether.py PARENT_PID PROGRAM ARGS...`.

Run as a script by `child.py`, never imported. It asks Linux to kill this process when the thread
that started it ends, and then becomes the program; on other systems the pid files alone remain.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>

parent, program = int(sys.argv[1]), sys.argv[2:]
if sys.platform == "linux":
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:  # it died before we could ask
        sys.exit("the parent is gone")
os.execvp(program[0], program)  # noqa: S606 - becoming that program is what this is for
