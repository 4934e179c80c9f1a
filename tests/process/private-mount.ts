// A small file system for one test, in its own mount namespace: other processes do not see it, and it is removed with
// the process that holds it. If the tests do not run as root, a user namespace makes them root for this purpose only.
import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { closeSync, openSync, rmSync, statfsSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const isRoot = process.getuid?.() === 0;

export class PrivateMount {
  /** Runs a command within the namespace, where the file system is mounted: `Options.through`. */
  readonly through: readonly [string, ...string[]];
  readonly #folder: string;
  readonly #holder: ChildProcessWithoutNullStreams;

  private constructor(folder: string, holder: ChildProcessWithoutNullStreams) {
    this.#folder = folder;
    this.#holder = holder;
    const user = isRoot ? [] : ['--user', '--preserve-credentials'];
    this.through = ['nsenter', `--target=${holder.pid}`, '--mount', ...user, '--'];
  }

  /** @throws if this machine does not allow mounting, like a container without CAP_SYS_ADMIN. */
  static async at(folder: string, size: string): Promise<PrivateMount> {
    const mount = 'mount -t tmpfs -o "size=$1,mode=0700" tmpfs "$0" && echo mounted && exec cat';
    const user = isRoot ? [] : ['--user', '--map-root-user'];
    // cat(1) ends when this process does, so that nothing is left even if a test is interrupted.
    const holder = spawn('unshare', ['--mount', ...user, 'sh', '-c', mount, folder, size]);
    let complaint = '';
    holder.stderr.on('data', (bytes: Buffer) => (complaint += bytes.toString()));
    await new Promise<void>((resume, fail) => {
      holder.stdout.once('data', () => resume());
      holder.once('error', fail);
      holder.once('close', () => {
        fail(
          new Error(`A file system of the test's own could not be mounted (unshare, mount): ${complaint}`),
        );
      });
    });
    return new PrivateMount(folder, holder);
  }

  /** Where this process finds what the processes within find under `folder`. */
  path(...names: string[]): string {
    return join('/proc', String(this.#holder.pid), 'root', this.#folder, ...names);
  }

  /** Fills all space except this many bytes, a multiple of 4096. */
  fill(leave = 0): void {
    const descriptor = openSync(this.#filler, 'w');
    let size = 0;
    try {
      for (;;) size += writeSync(descriptor, Buffer.alloc(4096));
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(descriptor);
    }
    truncateSync(this.#filler, Math.max(0, size - leave));
  }

  /** A process within that appends to a file as long as there is space, and again as soon as there is. */
  writeForEver(): ChildProcess {
    const [command, ...words] = this.through;
    const append = `const fs = require('node:fs'), file = fs.openSync(process.argv[1], 'a'), piece = Buffer.alloc(65536);
      for (;;) try { fs.writeSync(file, piece); } catch { try { fs.writeSync(file, piece, 0, 4096); } catch {} }`;
    const own = [process.execPath, '--eval', append, '--', join(this.#folder, 'filler')];
    return spawn(command, [...words, ...own], { stdio: 'ignore' });
  }

  isFull(): boolean {
    return statfsSync(this.path()).bavail === 0;
  }

  /** Has another small disk at this folder, with what is there now. */
  async mountAt(folder: string): Promise<void> {
    const copy =
      'mkdir "$0.new" && mount -t tmpfs tmpfs "$0.new" && cp -a "$0/." "$0.new" && mount --move "$0.new" "$0"';
    const [command, ...words] = this.through;
    const mounting = spawn(command, [...words, 'sh', '-c', copy, folder], { stdio: 'ignore' });
    const status = await new Promise((done) => mounting.on('close', done));
    if (status !== 0) throw new Error(`Another file system could not be mounted at ${folder}.`);
  }

  free(): void {
    rmSync(this.#filler, { force: true });
  }

  async makeReadOnly(): Promise<void> {
    const [command, ...words] = this.through;
    const remount = spawn(command, [...words, 'mount', '-o', 'remount,bind,ro', this.#folder], {
      stdio: 'ignore',
    });
    const status = await new Promise((done) => remount.on('close', done));
    if (status !== 0) throw new Error('The file system could not be made read-only.');
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#holder.once('close', done));
    this.#holder.kill('SIGKILL');
    await closed;
  }

  get #filler(): string {
    return this.path('filler');
  }
}
