// A machine with a kernel and a disk of its own, which QEMU emulates. Its power can be cut.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { debianRoot } from '../../machine/debian-root.ts';
import { applyFlushed } from './flushed-writes.ts';

/** The second one is for its initial file system. */
const KERNEL = ['linux-image-cloud-amd64', 'busybox'];

/**
 * Makes a disk with the files of a root of `prepared-roots.ts`, the kernel's modules, and a program that runs at each
 * start.
 */
const MAKE_DISK = `
  set -e
  lower=$0 folder=$1 kernel=$2 program=$3
  mkdir "$folder/root"
  mount -t tmpfs tmpfs "$folder/root"
  cd "$folder/root"
  mkdir upper work root
  mount -t overlay -o "lowerdir=$lower,upperdir=$PWD/upper,workdir=$PWD/work" overlay root
  cp -a "$kernel/usr/lib/modules" root/usr/lib/
  cp "$program" root/root/program.cjs
  # The packages that suites install.
  mount -t tmpfs tmpfs root/srv/packages
  : >root/etc/machine-id
  : >root/etc/fstab
  cd root/etc/systemd/system
  ln -sf /dev/null serial-getty@ttyS0.service
  cat >program.service <<UNIT
[Unit]
Wants=whmapi1d.service
After=whmapi1d.service
[Service]
ExecStart=/usr/bin/node /root/program.cjs
StandardError=file:/dev/ttyS0
UNIT
  mkdir -p multi-user.target.wants
  ln -s ../program.service multi-user.target.wants/
  mke2fs -q -t ext4 -d "$folder/root/root" "$folder/disk" 4G
`;

export class EmulatedMachine {
  /** What the program has said since the last start. */
  lines: string[] = [];
  readonly #folder: string;
  readonly #kernel: string;
  #starts = 0;
  #qemu: ChildProcess | undefined;

  constructor(folder: string, kernel: string) {
    this.#folder = folder;
    this.#kernel = kernel;
  }

  /** @param root as for `bootMachine`. @param program a script of Node.js, which is to write to /dev/ttyS1. */
  static make(root: string, folder: string, program: string): EmulatedMachine {
    const kernel = debianRoot(KERNEL);
    const words = [
      '--mount',
      '--propagation',
      'private',
      'bash',
      '-c',
      MAKE_DISK,
      root,
      folder,
      kernel,
      program,
    ];
    execFileSync('unshare', words);
    return new EmulatedMachine(folder, kernel);
  }

  start(): void {
    this.#starts += 1;
    this.lines = [];
    copyFileSync(this.#path('disk'), this.#path('before'));
    rmSync(this.#path('writes'), { force: true });
    execFileSync('truncate', ['--size=0', this.#path('writes')]);
    const disk = {
      ...{ driver: 'blklogwrites', 'node-name': 'disk' },
      file: { driver: 'file', filename: this.#path('disk') },
      log: { driver: 'file', filename: this.#path('writes') },
    };
    const qemu = spawn(
      'qemu-system-x86_64',
      [
        // Without KVM, which some computers have and cannot run a kernel with.
        ...['-accel', 'tcg,thread=multi,tb-size=256', '-cpu', 'max', '-smp', '2', '-m', '1024'],
        ...['-nodefaults', '-display', 'none', '-no-reboot'],
        ...['-kernel', this.#boot('vmlinuz-'), '-initrd', this.#boot('initrd.img-')],
        ...['-append', `console=ttyS0 root=/dev/vda rw panic=-1 mitigations=off quiet cut=${this.#starts}`],
        ...['-blockdev', JSON.stringify(disk)],
        ...['-device', 'virtio-blk-pci,drive=disk,discard=off,write-zeroes=off'],
        ...['-serial', `file:${this.#path('console')}`, '-serial', 'stdio'],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    createInterface({ input: qemu.stdout }).on('line', (line) => this.lines.push(line.trim()));
    this.#qemu = qemu;
  }

  get isRunning(): boolean {
    return this.#qemu !== undefined && this.#qemu.exitCode === null && this.#qemu.signalCode === null;
  }

  /** What the kernel and systemd have said. */
  get console(): string {
    return execFileSync('tail', ['-n', '60', this.#path('console')], { encoding: 'utf8' });
  }

  /** Its disk loses what it had not been told to flush. @returns how many writes it lost. */
  async cutPower(): Promise<number> {
    if (this.#qemu !== undefined && this.isRunning) {
      const ended = once(this.#qemu, 'close');
      this.#qemu.kill('SIGKILL');
      await ended;
    }
    const { lost } = applyFlushed(this.#path('writes'), this.#path('before'));
    copyFileSync(this.#path('before'), this.#path('disk'));
    return lost;
  }

  stop(): void {
    this.#qemu?.kill('SIGKILL');
  }

  #boot(prefix: string): string {
    const boot = join(this.#kernel, 'boot');
    return join(boot, readdirSync(boot).find((name) => name.startsWith(prefix)) ?? '');
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}
