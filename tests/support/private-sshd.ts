// An SSH server for tests, on 127.0.0.1, with users, passwords and a MariaDB of its own: a process that has its own view of
// some files in /etc. It needs root. It is ended by its process ID.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import type { PrivateMariadb } from './private-mariadb.ts';
import { until } from './until.ts';

export interface SshUser {
  readonly name: string;
  readonly password: string;
}

/** Besides root: one who may use sudo with the password, and one without. */
export interface SshUsers {
  readonly root: string;
  readonly asked: SshUser;
  readonly trusted: SshUser;
}

export class PrivateSshd {
  readonly folder = mkdtempSync(join(tmpdir(), 'sshd-'));
  #process: ChildProcess | undefined;

  private constructor(readonly port: number) {}

  /** @param mariadb the one that `mariadb` means there. */
  static async start(users: SshUsers, mariadb: PrivateMariadb): Promise<PrivateSshd> {
    const server = new PrivateSshd(await freePort());
    server.#write(users);
    server.use(mariadb);
    await server.#run();
    return server;
  }

  /** Lets a public key log in, as every user. */
  authorize(publicKey: string): void {
    writeFileSync(join(this.folder, 'authorized_keys'), publicKey, { mode: 0o644 });
  }

  /** Which MariaDB `mariadb` means there. */
  use(mariadb: PrivateMariadb): void {
    writeFileSync(join(this.folder, 'mariadb.cnf'), `[client]\nsocket=${mariadb.socket}\n`);
  }

  /** A line for known_hosts. */
  get knownHost(): string {
    const [type = '', key = ''] = readFileSync(join(this.folder, 'host_key.pub'), 'utf8').split(' ');
    return `[127.0.0.1]:${this.port} ${type} ${key}\n`;
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child?.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  #write({ root, asked, trusted }: SshUsers): void {
    chmodSync(this.folder, 0o755);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(this.folder, 'host_key')]);
    const hash = (password: string) =>
      execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: password, encoding: 'utf8' }).trim();
    const others = [asked, trusted].map((user, at) => ({ ...user, id: 60_100 + at }));
    for (const { name } of others) mkdirSync(join(this.folder, name));
    const files: Readonly<Record<string, string>> = {
      passwd: [
        readFileSync('/etc/passwd', 'utf8').trimEnd(),
        ...others.map(({ name, id }) => `${name}:x:${id}:100::${join(this.folder, name)}:/bin/bash`),
      ].join('\n'),
      shadow: [
        `root:${hash(root)}:20000:0:99999:7:::`,
        ...others.map(({ name, password }) => `${name}:${hash(password)}:20000:0:99999:7:::`),
      ].join('\n'),
      sudoers: `root ALL=(ALL) ALL\n${asked.name} ALL=(ALL) ALL\n${trusted.name} ALL=(ALL) NOPASSWD: ALL`,
      sshd_config: [
        ...['ListenAddress 127.0.0.1', `Port ${this.port}`, `HostKey ${join(this.folder, 'host_key')}`],
        ...['PermitRootLogin yes', 'UsePAM no', 'StrictModes no', 'LogLevel VERBOSE'],
        ...[`AuthorizedKeysFile ${join(this.folder, 'authorized_keys')}`, 'PidFile none'],
      ].join('\n'),
    };
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(this.folder, name), `${text}\n`, {
        mode: ['shadow', 'sudoers'].includes(name) ? 0o400 : 0o644,
      });
    }
  }

  async #run(): Promise<void> {
    const script = `
      mount -t tmpfs none /run && mkdir /run/sshd /run/sudo || exit
      for name in passwd shadow sudoers; do mount --bind "$0/$name" "/etc/$name" || exit; done
      mount --bind "$0/mariadb.cnf" "$(realpath /etc/mysql/my.cnf)" || exit
      exec /usr/sbin/sshd -D -e -f "$0/sshd_config" 2>"$0/log"`;
    const child = spawn('unshare', ['--mount', 'sh', '-c', script, this.folder], { stdio: 'ignore' });
    this.#process = child;
    await until(() => {
      if (child.exitCode !== null) throw new Error(`sshd ended with ${child.exitCode}.`);
      return isOpen(this.port);
    }, 'the start of sshd');
  }

  log(): string {
    return readFileSync(join(this.folder, 'log'), 'utf8');
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}
