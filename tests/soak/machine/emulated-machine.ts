// A machine that QEMU runs: it has a kernel and a disk of its own, so its power can be cut. KVM is used if there is one;
// emulated, it is ten times slower. It has no network, and writes to its console only.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../support/until.ts';

/** Modules of Debian’s kernel that it needs to find its disk, in the order in which they are loaded. */
const MODULES = ['virtio_blk', 'crc16', 'crc32c_generic', 'libcrc32c', 'jbd2', 'mbcache', 'ext4'];

const bash = (script: string, ...words: readonly string[]) =>
  execFileSync('bash', ['-euc', script, 'bash', ...words], { encoding: 'utf8', maxBuffer: 1 << 24 });

/**
 * Makes the disk, the kernel and what mounts the disk.
 * @param root the root file system: directories of overlayfs, separated by colons.
 * @param script what the machine runs with bash once it has booted, with its console as standard output.
 */
export function makeEmulated(folder: string, root: string, script: string): void {
  writeFileSync(join(folder, 'script'), script);
  bash(
    `cd "$1"
    package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image-/ { print $2; exit }')
    apt-get download -qq "$package"
    dpkg-deb -x "$package"_*.deb kernel
    mv kernel/boot/vmlinuz-* vmlinuz
    mkdir -p initrd/{bin,dev,modules,new,proc,sys}
    cp "$(command -v busybox)" initrd/bin/busybox
    for name in $3; do
      file=$(find kernel -name "$name.ko*")
      case $file in *.xz) xz -dc "$file" >"initrd/modules/$name.ko" ;; ?*) cp "$file" "initrd/modules/$name.ko" ;; esac
    done
    cat >initrd/init <<'END'
#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc proc /proc; $b mount -t sysfs sysfs /sys; $b mount -t devtmpfs dev /dev
for name in MODULES; do [ ! -e /modules/$name.ko ] || $b insmod /modules/$name.ko; done
while [ ! -e /dev/vda ]; do $b sleep 0.1; done
$b mount -t ext4 -o rw,noatime /dev/vda /new
$b umount /proc /sys; $b mount --move /dev /new/dev
exec $b switch_root /new /lib/systemd/systemd
END
    sed -i "s/MODULES/$3/" initrd/init
    chmod +x initrd/init
    (cd initrd && find . | busybox cpio -o -H newc 2>/dev/null) | gzip >initrd.gz
    mkdir upper top work root
    mount -t tmpfs tmpfs upper
    mkdir upper/top upper/work
    mount -t overlay -o "lowerdir=$2,upperdir=upper/top,workdir=upper/work" overlay root
    trap 'umount root upper' EXIT
    echo '/dev/vda / ext4 noatime 0 1' >root/etc/fstab
    cp script root/root/emulated
    cat >root/etc/systemd/system/emulated.service <<'END'
[Unit]
After=multi-user.target whmapi1d.service
[Service]
ExecStart=/bin/bash /root/emulated
StandardOutput=file:/dev/ttyS0
StandardError=inherit
[Install]
WantedBy=graphical.target multi-user.target
END
    cat >root/etc/systemd/system/emulated-network.service <<'END'
[Unit]
DefaultDependencies=no
Before=network.target whmapi1d.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'ip link set lo up; ip addr add 10.0.2.15/24 dev lo; date -s @$(sed "s/.*now=//" /proc/cmdline)'
[Install]
WantedBy=sysinit.target
END
    for unit in emulated emulated-network; do systemctl --root=root --quiet enable "$unit.service"; done
    for unit in systemd-networkd.service systemd-networkd.socket networking.service serial-getty@ttyS0.service; do
      ln -sf /dev/null "root/etc/systemd/system/$unit"
    done
    truncate -s 4G disk
    mke2fs -q -t ext4 -d root disk`,
    ...[folder, root, MODULES.join(' ')],
  );
}

export class EmulatedMachine {
  readonly #console: string;
  readonly #child: ChildProcess;

  private constructor(console: string, child: ChildProcess) {
    this.#console = console;
    this.#child = child;
  }

  static boot(folder: string): EmulatedMachine {
    const console = join(folder, 'console');
    writeFileSync(console, '');
    const child = spawn(
      'qemu-system-x86_64',
      [
        ...['-accel', 'kvm', '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '2048'],
        ...['-display', 'none', '-no-reboot', '-nic', 'none', '-serial', `file:${console}`],
        ...['-kernel', join(folder, 'vmlinuz'), '-initrd', join(folder, 'initrd.gz'), '-append'],
        `console=ttyS0 panic=-1 mitigations=off loglevel=3 now=${Math.floor(Date.now() / 1000)}`,
        ...['-drive', `file=${join(folder, 'disk')},format=raw,if=virtio,cache=writeback`],
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    return new EmulatedMachine(console, child);
  }

  /** The complete lines of its console. */
  lines(): string[] {
    return readFileSync(this.#console, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => line.trimEnd());
  }

  /** @throws if it ends, or takes longer than ten minutes. */
  async waitFor(isSo: (lines: readonly string[]) => boolean): Promise<void> {
    for (let minutes = 1; ; minutes++) {
      try {
        return await until(() => this.#child.exitCode !== null || isSo(this.lines()));
      } catch (error) {
        if (minutes === 10) throw new Error(this.lines().slice(-20).join('\n'), { cause: error });
      }
    }
  }

  /** What its programs and its kernel have not written to the disk is lost. */
  async cutPower(): Promise<void> {
    const ended = once(this.#child, 'exit');
    if (this.#child.exitCode === null && this.#child.kill('SIGKILL')) await ended;
  }
}
