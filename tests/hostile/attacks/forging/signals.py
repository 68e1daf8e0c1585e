"""Catches, blocks and raises signals: SIGTERM, SIGALRM, SIGXCPU, SIGPIPE, SIGCHLD; then stops itself."""
import signal

for number in range(1, 65):
    try:
        signal.signal(number, lambda *args: None)
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))


def target(x):
    os.kill(os.getpid(), signal.SIGSTOP)
    return x


def tensor_target(x):
    os.kill(os.getpid(), signal.SIGSEGV)
    return x, x
