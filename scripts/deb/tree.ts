// The files of a Debian package, in a folder of their own until the package is built.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export class PackageTree {
  readonly folder = mkdtempSync(join(tmpdir(), 'whmapi1-deb-'));
  readonly #top: string;

  /** @param top the clone. */
  constructor(top: string) {
    this.#top = top;
  }

  /** @param from a path in the clone. @param to the path in the package. */
  place(from: string, to: string, mode = 0o644): void {
    this.write(to, readFileSync(join(this.#top, from)), mode);
  }

  write(path: string, contents: string | Uint8Array, mode = 0o644): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), contents);
    chmodSync(join(this.folder, path), mode);
  }

  symlink(target: string, path: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    symlinkSync(target, join(this.folder, path));
  }

  /** Regular files, by their paths in the package. */
  files(): string[] {
    return readdirSync(this.folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => lstatSync(join(this.folder, path)).isFile())
      .sort();
  }

  kilobytes(): number {
    return Math.ceil(
      this.files().reduce((sum, path) => sum + lstatSync(join(this.folder, path)).size, 0) / 1024,
    );
  }

  /** The sums of all files that are no configuration. */
  placeSums(): void {
    const files = this.files().filter((path) => !path.startsWith('etc/'));
    this.write('DEBIAN/md5sums', execFileSync('md5sum', ['--', ...files], { cwd: this.folder }));
  }

  /** @param seconds the time of all files, since the epoch. @param file the package. */
  build(seconds: number, file: string): void {
    this.#settle('', seconds);
    execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', this.folder, file], {
      // The server repeats much of what the commands have: this level finds it within the whole package.
      env: { DPKG_DEB_COMPRESSOR_LEVEL: '8', ...process.env, SOURCE_DATE_EPOCH: String(seconds) },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** One time for all, and folders that everybody may read, whatever the umask. */
  #settle(path: string, seconds: number): void {
    const full = join(this.folder, path);
    if (lstatSync(full).isDirectory()) {
      chmodSync(full, 0o755);
      for (const name of readdirSync(full)) this.#settle(join(path, name), seconds);
    }
    lutimesSync(full, seconds, seconds);
  }
}
