"""The inside of the sandbox: a script of its own, which walls itself in and then runs a stranger's program.

`python -I walls.py SPEC` reads the program from standard input. A new user namespace gives it the right to make the
others: no network, no view of other processes, and a root of its own in memory, in which tools are read-only and `/box`
is the only place to write. Then every right is given up. When the first process in there ends, the kernel ends all.
"""

import ctypes
import json
import os
import platform
import resource
import sys
from pathlib import Path
from typing import Any

# Constants of linux/sched.h, sys/mount.h, linux/mount.h and linux/prctl.h.
NEW_USER, NEW_REST = 0x10000000, 0x20000 | 0x4000000 | 0x8000000 | 0x20000000 | 0x40000000  # mount, uts, ipc, pid, net
NOSUID, NODEV, NOEXEC, BIND, REC, PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
DETACH, AT_RECURSIVE, AT_HERE, READ_ONLY = 2, 0x8000, -100, 1
NO_NEW_PRIVILEGES, END_WITH_PARENT, KILL = 38, 1, 9
MOUNT_SETATTR, PIVOT_ROOT = 442, {"x86_64": 155, "aarch64": 41}
NOBODY = 65534
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
FAILED_WALLS = 97
"""Exit status when the walls could not be built; no program was run then."""

libc = ctypes.CDLL(None, use_errno=True)


def call(function: str, *arguments: Any) -> None:
    """Call a function of the C library. Raises OSError when it fails."""
    if getattr(libc, function)(*(value.encode() if isinstance(value, str) else value for value in arguments)) < 0:
        raise OSError(ctypes.get_errno(), f"{function}: {os.strerror(ctypes.get_errno())}")


def main() -> int:
    """Build the walls and run the program; its exit status, 128 and more for a signal."""
    spec, source = json.loads(sys.argv[1]), sys.stdin.buffer.read()
    owner = os.geteuid(), os.getegid()
    apart, mapped = os.pipe(), os.pipe()
    end_with_parent()
    if (child := os.fork()) == 0:
        call("unshare", NEW_USER | NEW_REST)
        end_with_parent()  # after it, since new rights would undo this
        os.write(apart[1], b"!")
        os.read(mapped[0], 1)
        if (first := os.fork()) == 0:
            build_root(spec, source, owner)
            return wait_for(run_commands(spec, owner))
        return wait_for(first)
    os.close(apart[1])
    if os.read(apart[0], 1):  # nothing when the child could not be set apart
        map_ids(child, *owner)
        os.write(mapped[1], b"!")
    return wait_for(child)


def end_with_parent() -> None:
    """Be killed when the parent ends, so that nothing outlives whoever asked for it, however that one ends."""
    call("prctl", END_WITH_PARENT, KILL, 0, 0, 0)


def map_ids(child: int, user: int, group: int) -> None:
    """Say who the users inside are: oneself, and for root nobody beside it, since limits do not bind root."""
    folder = Path("/proc", str(child))
    (folder / "setgroups").write_text("deny")
    for name, owner in (("gid_map", group), ("uid_map", user)):
        (folder / name).write_text(f"{owner} {owner} 1\n" + (f"{NOBODY} {NOBODY} 1\n" if user == 0 else ""))


def build_root(spec: dict[str, Any], source: bytes, owner: tuple[int, int]) -> None:
    """Make a root in memory with the tools, a few devices and the box, and leave the old one."""
    end_with_parent()
    Path("/proc/sys/user/max_user_namespaces").write_text("0")  # who makes one more is root in it
    root, (user, group) = spec["root"], program_ids(*owner)
    call("mount", None, "/", None, REC | PRIVATE, None)
    call("mount", "tmpfs", root, "tmpfs", NOSUID | NODEV, "size=1m,mode=755")
    for path in spec["readable"]:
        bind(path, root, READ_ONLY | NOSUID)
    for path in DEVICES:
        bind(path, root, NOSUID)
    for folder in ("proc", "box"):
        Path(root, folder).mkdir()
    Path(root, "tmp").symlink_to("box")
    call("mount", "proc", f"{root}/proc", "proc", NOSUID | NODEV | NOEXEC, None)
    options = f"size={spec['disk']},mode=700,uid={user},gid={group}"
    call("mount", "tmpfs", f"{root}/box", "tmpfs", NOSUID | NODEV, options)
    Path(root, "box", spec["file"]).write_bytes(source)
    set_attributes(root, READ_ONLY, 0)
    os.chdir(root)
    call("syscall", PIVOT_ROOT[platform.machine()], ".", ".")  # the new root lies below the old one, which is let go
    call("umount2", ".", DETACH)
    os.chdir("/box")


def bind(path: str, root: str, attributes: int) -> None:
    """Show a file or folder at the same place in the new root; a link as a link."""
    target = Path(root + path)
    target.parent.mkdir(parents=True, exist_ok=True)
    if Path(path).is_symlink():
        target.symlink_to(Path(path).readlink())
        return
    if Path(path).is_dir():
        target.mkdir(exist_ok=True)
    else:
        target.touch()
    call("mount", path, str(target), None, BIND | REC, None)
    set_attributes(str(target), attributes, AT_RECURSIVE)


def set_attributes(path: str, attributes: int, flags: int) -> None:
    """Add attributes to a mount: struct mount_attr has what is set, cleared, propagated, and a namespace."""
    fields = (ctypes.c_uint64 * 4)(attributes, 0, 0, 0)
    call("syscall", MOUNT_SETATTR, AT_HERE, path, flags, fields, ctypes.sizeof(fields))


def program_ids(user: int, group: int) -> tuple[int, int]:
    """The user and group inside that the program runs as."""
    return (NOBODY, NOBODY) if user == 0 else (user, group)


def run_commands(spec: dict[str, Any], owner: tuple[int, int]) -> int:
    """Run the commands without any right; the process of the last one, once those before it went well."""
    for number, command in enumerate(spec["commands"], 1):
        if (child := os.fork()) == 0:
            give_up_rights(spec["limits"], *program_ids(*owner))
            os.execve(command[0], command, spec["environment"])
        if number < len(spec["commands"]) and (status := wait_for(child)):
            os._exit(status)
    return child


def give_up_rights(limits: dict[str, int], user: int, group: int) -> None:
    """Become a program that can gain no rights, with limits on what it takes, and no terminal or input."""
    os.setsid()
    os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
    for name, limit in limits.items():
        resource.setrlimit(getattr(resource, name), (limit, limit))
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)
    call("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def wait_for(child: int) -> int:
    """The exit status of a child; others that end meanwhile, which the first process inherits, are let go."""
    while True:
        pid, status = os.wait()
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


if __name__ == "__main__":
    try:
        status = main()
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        status = FAILED_WALLS
    os._exit(status)
