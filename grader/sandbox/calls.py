"""The table of system calls: which of them a child may make, on x86-64 and on aarch64.

A call is here because of what it does, and not because it was seen in a trace:
TensorFlow, NumPy and the C library use more than two hundred, in ways that change
with their versions. All that is here works on what belongs to the process itself.
What is not here is refused: doors into the kernel, other processes, and what is
scarce on the machine or for a user, who at some levels is the teacher (requests of
asynchronous I/O, watches, keys, timers, queues and memory that no limit counts).
"""

from __future__ import annotations

import re

Calls = dict[str, tuple[int, int]]
NEWEST = 471  # of Linux 7.0; later calls are on no list, and so are "not implemented"


def _table(text: str) -> Calls:
    """Read names with their numbers on x86-64 and aarch64, -1 where there is no such call."""
    found = re.findall(r"^#.*|(\w+) (-?\d+) (-?\d+)", text, re.MULTILINE)
    return {name: (int(x86), int(arm)) for name, x86, arm in found if name}


# At every level.
ALLOWED = _table("""
# what a program does with its own files; Landlock and the view of the file system bound which
read 0 63   write 1 64   open 2 -1   close 3 57   stat 4 -1   fstat 5 80   lstat 6 -1
newfstatat 262 79   statx 332 291   statfs 137 43   fstatfs 138 44   poll 7 -1   lseek 8 62
pread64 17 67   pwrite64 18 68   readv 19 65   writev 20 66   preadv 295 69   pwritev 296 70
preadv2 327 286   pwritev2 328 287   access 21 -1   faccessat 269 48   faccessat2 439 439
openat 257 56   openat2 437 437   creat 85 -1   dup 32 23   dup2 33 -1   dup3 292 24
close_range 436 436   select 23 -1   pselect6 270 72   ppoll 271 73   flock 73 32   fsync 74 82
fdatasync 75 83   sync_file_range 277 84   truncate 76 45   ftruncate 77 46   fallocate 285 47
fadvise64 221 223   readahead 187 213   getdents 78 -1   getdents64 217 61   getcwd 79 17
chdir 80 49   fchdir 81 50   rename 82 -1   renameat 264 38   renameat2 316 276   mkdir 83 -1
mkdirat 258 34   rmdir 84 -1   link 86 -1   linkat 265 37   unlink 87 -1   unlinkat 263 35
symlink 88 -1   symlinkat 266 36   readlink 89 -1   readlinkat 267 78   umask 95 166
sendfile 40 71   copy_file_range 326 285   getxattr 191 8   lgetxattr 192 9   fgetxattr 193 10
listxattr 194 11   llistxattr 195 12   flistxattr 196 13
# memory of its own
munmap 11 215   mprotect 10 226   msync 26 227   mincore 27 232   madvise 28 233   mremap 25 216
brk 12 214   get_mempolicy 239 236   set_mempolicy 238 237   mbind 237 235   pkey_mprotect 329 288
pkey_alloc 330 289   pkey_free 331 290   map_shadow_stack 453 453   mseal 462 462
# threads and how they wait
futex 202 98   futex_waitv 449 449   futex_wake 454 454   futex_wait 455 455   futex_requeue 456 456
set_tid_address 218 96   set_robust_list 273 99   rseq 334 293   rseq_slice_yield 471 471
membarrier 324 283   gettid 186 178   sched_yield 24 124   sched_getparam 143 121
sched_getscheduler 145 120   sched_getattr 315 275   sched_get_priority_max 146 125
sched_get_priority_min 147 126   sched_rr_get_interval 148 127   sched_getaffinity 204 123
getcpu 309 168   arch_prctl 158 -1   exit 60 93   exit_group 231 94   restart_syscall 219 128
wait4 61 260   waitid 247 95
# signals to itself
rt_sigaction 13 134   rt_sigprocmask 14 135   rt_sigreturn 15 139   rt_sigpending 127 136
rt_sigtimedwait 128 137   rt_sigsuspend 130 133   sigaltstack 131 132   pause 34 -1
signalfd 282 -1   signalfd4 289 74
# clocks, and timers of which each process has few
time 201 -1   gettimeofday 96 169   clock_gettime 228 113   clock_getres 229 114
clock_nanosleep 230 115   nanosleep 35 101   alarm 37 -1   getitimer 36 102   setitimer 38 103
timerfd_create 283 85   timerfd_settime 286 86   timerfd_gettime 287 87   times 100 153
# pipes, pairs of sockets and what waits for them
pipe 22 -1   pipe2 293 59   recvfrom 45 207   recvmsg 47 212   shutdown 48 210   getsockname 51 204
getpeername 52 205   setsockopt 54 208   getsockopt 55 209   epoll_create 213 -1
epoll_create1 291 20   epoll_ctl 233 21   epoll_wait 232 -1   epoll_pwait 281 22
epoll_pwait2 441 441   eventfd 284 -1   eventfd2 290 19
# what it may know and set of itself
getpid 39 172   getppid 110 173   getuid 102 174   geteuid 107 175   getgid 104 176
getegid 108 177   getresuid 118 148   getresgid 120 150   getgroups 115 158   getpgid 121 155
getpgrp 111 -1   getsid 124 156   setpgid 109 154   setsid 112 157   getpriority 140 141
getrlimit 97 163   setrlimit 160 164   getrusage 98 165   uname 63 160   sysinfo 99 179
capget 125 90   getrandom 318 278
""")
# At the level `none` as well, which promises only that the machine comes to no harm.
ORDINARY = _table("""
# new programs and processes
execve 59 221   execveat 322 281   fork 57 -1   vfork 58 -1   pidfd_open 434 434
pidfd_send_signal 424 424   tkill 200 130
# the network
socket 41 198   connect 42 203   bind 49 200   listen 50 201   accept 43 202   accept4 288 242
sendmsg 46 211   sendmmsg 307 269   recvmmsg 299 243
# modes, owners, times and attributes of files
chmod 90 -1   fchmod 91 52   fchmodat 268 53   fchmodat2 452 452   chown 92 -1   lchown 94 -1
fchown 93 55   fchownat 260 54   setxattr 188 5   lsetxattr 189 6   fsetxattr 190 7
removexattr 197 14   lremovexattr 198 15   fremovexattr 199 16   utime 132 -1   utimes 235 -1
utimensat 280 88   futimesat 261 -1   mknod 133 -1   mknodat 259 33
# what the shell's programs use
splice 275 76   tee 276 77   vmsplice 278 75   capset 126 91   setuid 105 146   setgid 106 144
setreuid 113 145   setregid 114 143   setresuid 117 147   setresgid 119 149   setgroups 116 159
setfsuid 122 151   setfsgid 123 152   seccomp 317 277   statmount 457 457   listmount 458 458
""")
# Allowed with some arguments only: `seccomp` says which.
SOMETIMES = _table("""
mmap 9 222   clone 56 220   clone3 435 435   socketpair 53 199   sendto 44 206   kill 62 129
tgkill 234 131   prlimit64 302 261   fcntl 72 25   ioctl 16 29   prctl 157 167
""")
