"""Makes device nodes and named pipes, and opens the devices of the machine."""
import stat

attempt(os.mknod, "disk", stat.S_IFBLK | 0o600, os.makedev(254, 0), won="make a device")
attempt(os.mkfifo, "pipe", won="make a named pipe")
for path in ("/dev/mem", "/dev/kmsg", "/dev/vda", "/dev/fuse", "/dev/kvm", "/dev/tty", "/dev/ptmx", "/dev/userfaultfd"):
    attempt(os.open, path, os.O_RDWR | os.O_NONBLOCK, won="open " + path)
