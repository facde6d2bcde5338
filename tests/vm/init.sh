#!/bin/sh
# The first process of the test VM: mounts what tracing needs, runs the jobs of /jobs in order, reports each over the second
# serial port, powers off. The first port is the kernel's console; nothing there can disturb a report.
#
# A report is one header line, then exactly as many bytes of standard output and of standard error as the header says:
#   boot RELEASE
#   start INDEX
#   job INDEX EXIT_CODE SECONDS STDOUT_BYTES STDERR_BYTES
#   end
busybox=/bin/busybox
$busybox mkdir -p /proc /sys /dev /tmp /root /sbin /usr/bin /usr/sbin
$busybox mount -t proc proc /proc
$busybox mount -t sysfs sysfs /sys
$busybox mount -t devtmpfs devtmpfs /dev
$busybox --install -s /bin
export PATH=/t:/bin:/sbin:/usr/bin:/usr/sbin HOME=/root TERM=dumb LC_ALL=C
mkdir -p /dev/shm /dev/pts
mount -t tmpfs tmpfs /tmp
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tracefs tracefs /sys/kernel/tracing
mount -t debugfs debugfs /sys/kernel/debug
mount -t bpf bpf /sys/fs/bpf
mount -t cgroup2 cgroup2 /sys/fs/cgroup
ifconfig lo up
hostname coretap-vm
ulimit -l unlimited

exec 9<>/dev/ttyS1
stty raw -echo <&9
echo "boot $(uname -r)" >&9

limit=8388608 # bytes of each stream that are sent back
for job in /jobs/*.sh; do
  index=$(basename "$job" .sh)
  seconds=$(cat "/jobs/$index.timeout")
  echo "start $index" >&9
  read -r begun _ </proc/uptime
  cd /t
  timeout -s KILL "$seconds" sh "$job" </dev/null >/tmp/.stdout 2>/tmp/.stderr 9>&-
  code=$?
  read -r ended _ </proc/uptime
  kill -KILL -1 # what the job left behind must not disturb the next one
  for stream in stdout stderr; do
    head -c $limit /tmp/.$stream >/tmp/.send.$stream
  done
  echo "job $index $code $(awk "BEGIN { print $ended - $begun }")" \
    "$(stat -c %s /tmp/.send.stdout) $(stat -c %s /tmp/.send.stderr)" >&9
  cat /tmp/.send.stdout /tmp/.send.stderr >&9
  rm -f /tmp/.stdout /tmp/.stderr /tmp/.send.*
done

echo end >&9
exec 9>&- # waits until the port has sent all
poweroff -f
