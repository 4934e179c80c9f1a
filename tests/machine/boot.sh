#!/bin/bash
# boot.sh LOWER BASE CGROUP [KEPT]: boots a throw-away copy of the root file system LOWER under systemd, in its own
# namespaces. It ends with this process. The files of the copy exist until then; a reboot restarts everything else.
# If the copy is powered off, the files that differ from LOWER are kept in the directory KEPT. LOWER can be several
# directories with colons between them: KEPT, and then those that it differs from.
set -e
# All copies have one name: what a copy of a copy has in its files stays true.
name=whmapi1-machine lower=$1 base=$2 cgroup=$3 kept=${4-}
mkdir "$cgroup"
echo $$ >"$cgroup/cgroup.procs"
boot='
  set -e
  name=$0
  hostname "$name"
  mount -t proc proc proc
  # systemd as process 1 writes to /proc/sys, which is that of the whole kernel, not of the namespace.
  for folder in proc/sys proc/sys/net; do mount --bind "$folder" "$folder"; done
  mount -o remount,bind,ro proc/sys
  mount -t sysfs -o ro sysfs sys
  mount -t cgroup2 cgroup2 sys/fs/cgroup
  mount -t tmpfs -o mode=0755 tmpfs dev
  for device in null zero full random urandom tty; do touch "dev/$device"; mount --bind "/dev/$device" "dev/$device"; done
  mkdir dev/pts dev/shm
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
  mount -t tmpfs -o mode=1777 tmpfs dev/shm
  ln -s pts/ptmx dev/ptmx
  ln -s /proc/self/fd dev/fd
  for stream in 0.stdin 1.stdout 2.stderr; do ln -s "/proc/self/fd/${stream%.*}" "dev/${stream#*.}"; done
  mount -t tmpfs -o mode=0755 tmpfs run
  mkdir run/lock
  mount -t tmpfs -o mode=1777 tmpfs tmp
  ip link set lo up
  # A network card, with a cable to nowhere.
  ip link add eth0 type veth peer name far
  ip link set far up
  mkdir .old
  pivot_root . .old
  cd /
  umount -l /.old
  rmdir /.old
  exec setpriv --bounding-set -sys_time,-sys_module,-syslog,-sys_rawio,-mknod --inh-caps -all \
    env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
    /lib/systemd/systemd --unit=multi-user.target --show-status=no
'
exec unshare --mount --propagation private bash -c '
  set -e
  name=$0 lower=$1 base=$2 boot=$3 kept=$4
  mount -t tmpfs -o mode=0755,size=4G tmpfs "$base"
  mkdir "$base/upper" "$base/work" "$base/root"
  mount -t overlay -o "lowerdir=$lower,upperdir=$base/upper,workdir=$base/work" overlay "$base/root"
  cd "$base/root"
  echo "$name" >etc/hostname
  printf "127.0.0.1 localhost\n127.0.1.1 %s\n::1 localhost\n" "$name" >etc/hosts
  echo "nameserver 127.0.0.1" >etc/resolv.conf
  : >etc/machine-id
  for unit in sys-kernel-debug.mount sys-kernel-tracing.mount dev-hugepages.mount systemd-modules-load.service \
    systemd-sysctl.service systemd-timesyncd.service apt-daily.timer apt-daily-upgrade.timer man-db.timer; do
    ln -sf /dev/null "etc/systemd/system/$unit"
  done
  # By reboot(2), process 1 of a namespace ends as if SIGHUP (129) had killed it.
  status=129
  while [ "$status" = 129 ]; do
    status=0
    setpriv --pdeathsig KILL unshare --mount --uts --ipc --net --pid --cgroup --fork --kill-child --propagation private \
      bash -c "$boot" "$name" || status=$?
  done
  # Power off: as if SIGINT had killed process 1.
  if [ "$status" = 130 ] && [ -n "$kept" ]; then
    mkdir "$kept"
    set -o pipefail
    # With the attributes by which overlayfs knows what is removed or replaced.
    tar -C "$base/upper" --xattrs --xattrs-include="*" -cf - . | tar -C "$kept" --xattrs --xattrs-include="*" -xpf -
  fi
  exit "$status"
' "$name" "$lower" "$base" "$boot" "$kept"
