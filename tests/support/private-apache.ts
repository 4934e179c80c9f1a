// An Apache for tests: a process on free ports of 127.0.0.1, whose files are below a sandbox. It is ended by its process
// ID.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { Apache } from '../../src/capabilities/web/driver/virtual-hosts/apache/apache.ts';
import { alone, type ApacheServer } from '../../src/capabilities/web/driver/virtual-hosts/apache/control.ts';
import {
  GENERATION,
  OURS,
  OVER_LIMIT_PAGE,
  SUSPENDED_PAGE,
  WELCOME_PAGE,
} from '../../src/capabilities/web/driver/virtual-hosts/apache/places.ts';
import {
  renderGeneration,
  renderServer,
} from '../../src/capabilities/web/driver/virtual-hosts/apache/render-server.ts';
import {
  DEFAULT_CERTIFICATE,
  DEFAULT_KEY,
} from '../../src/capabilities/web/driver/virtual-hosts/default-certificate.ts';
import {
  OVER_LIMIT_ANSWER,
  SUSPENDED_ANSWER,
  WELCOME_ANSWER,
} from '../../src/capabilities/web/driver/virtual-hosts/apache/pages.ts';
import { MODULE_NAMES } from '../../src/capabilities/web/driver/virtual-hosts/apache/modules.ts';
import { sandboxMachine } from '../../src/machine/choose.ts';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

/** suexec needs a program that runs as root. */
const NOT_LOADED = new Set(['suexec', 'cgid']);
const MODULES = ['mpm_event', 'authn_core', 'authz_core', 'authz_host', 'log_config', ...MODULE_NAMES];

const PROGRAM = '/usr/sbin/apache2';
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin', LC_ALL: 'C' };
const MODULES_FILE = '/etc/apache2/modules.conf';

export interface Response {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

export class PrivateApache {
  readonly machine: ReturnType<typeof sandboxMachine>;
  readonly apache: Apache;
  readonly server: ApacheServer;

  #requested: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly folder: string,
    readonly ports: { readonly http: number; readonly https: number },
  ) {
    this.machine = sandboxMachine(folder, () => Date.now());
    this.server = {
      ports,
      isServed: () => Promise.resolve(true),
      state: () => Promise.resolve(this.pid() === undefined ? 'inactive' : 'active'),
      test: () => {
        const { status, stderr, stdout } = this.run('-t');
        return Promise.resolve(status === 0 ? undefined : stdout + stderr);
      },
      accepts: (_port, paths) => {
        const words = ['-t', '-f', '/dev/null', ...alone([this.path(MODULES_FILE)], paths)];
        // Other requests go on meanwhile.
        return new Promise((done) => {
          spawn(PROGRAM, words, { env: ENVIRONMENT, stdio: 'ignore' }).on('close', (status) =>
            done(status === 0),
          );
        });
      },
      requestReload: () => {
        const requested = new Promise<boolean>((done) => {
          spawn(PROGRAM, [...this.#own, '-t'], { env: ENVIRONMENT, stdio: 'ignore' }).on(
            'close',
            (status) => {
              const pid = this.pid();
              const isAccepted = status === 0 && pid !== undefined;
              if (isAccepted) process.kill(pid, 'SIGUSR1');
              done(isAccepted);
            },
          );
        });
        this.#requested = requested;
        return requested;
      },
      reload: () => {
        process.kill(this.pid() ?? 0, 'SIGUSR1');
        return Promise.resolve();
      },
      restart: async () => {
        const pid = this.pid();
        if (pid === undefined) await this.resume();
        else process.kill(pid, 'SIGHUP');
      },
    };
    this.apache = new Apache(this.server);
  }

  /** `directives`: those of an administrator, after ours. */
  static async start(directives: readonly string[] = []): Promise<PrivateApache> {
    const folder = mkdtempSync(join(tmpdir(), 'whmapi1-apache-'));
    const apache = new PrivateApache(folder, { http: await freePort(), https: await freePort() });
    // Apache gives up the rights of root, and must then reach what it serves.
    spawnSync('chmod', ['711', folder]);
    for (const path of [
      '/etc/apache2/conf-enabled',
      '/var/log/apache2',
      '/var/lib/whmapi1-acme',
      '/var/lib/whmapi1-pages',
      '/run',
    ]) {
      mkdirSync(apache.path(path), { recursive: true });
    }
    apache.write(MODULES_FILE, loadModules());
    apache.write('/etc/apache2/apache2.conf', apache.#configuration(directives));
    apache.write(
      OURS,
      renderServer({ hostname: 'web1.example.com' }, (path) => apache.path(path), apache.ports),
    );
    apache.write(OVER_LIMIT_PAGE, OVER_LIMIT_ANSWER);
    apache.write(SUSPENDED_PAGE, SUSPENDED_ANSWER);
    apache.write(WELCOME_PAGE, WELCOME_ANSWER);
    apache.write(GENERATION, renderGeneration(1));
    for (const path of [DEFAULT_CERTIFICATE, DEFAULT_KEY])
      mkdirSync(dirname(apache.path(path)), { recursive: true });
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const files = ['-keyout', apache.path(DEFAULT_KEY), '-out', apache.path(DEFAULT_CERTIFICATE)];
    spawnSync('openssl', ['req', '-x509', '-subj', '/CN=web1.example.com', ...key, ...files]);
    await apache.resume();
    return apache;
  }

  #configuration(directives: readonly string[]): string {
    return [
      `Include "${this.path(MODULES_FILE)}"`,
      `ServerRoot "${this.path('/etc/apache2')}"`,
      `PidFile "${this.path('/run/apache2.pid')}"`,
      `DefaultRuntimeDir "${this.path('/run')}"`,
      `ErrorLog "${this.path('/var/log/apache2/error.log')}"`,
      'LogFormat "%h %l %u %t \\"%r\\" %>s %O" combined',
      'TypesConfig /etc/mime.types',
      'DirectoryIndex index.html index.php',
      'AccessFileName .htaccess',
      `Listen 127.0.0.1:${this.ports.http}`,
      `Listen 127.0.0.1:${this.ports.https}`,
      ...(userInfo().uid === 0 ? ['User www-data', 'Group www-data'] : []),
      'StartServers 1\nThreadsPerChild 8\nServerLimit 16\nMaxRequestWorkers 64\nMinSpareThreads 4\nMaxSpareThreads 16',
      '<Directory "/">\nOptions None\nAllowOverride None\nRequire all denied\n</Directory>',
      `Include "${this.path(OURS)}"`,
      ...directives,
    ].join('\n');
  }

  /** Returns where a path of its machine is. */
  path(path: string): string {
    return join(this.folder, 'root', path);
  }

  text(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  run(...words: readonly string[]) {
    return spawnSync(PROGRAM, [...this.#own, ...words], { encoding: 'utf8', env: ENVIRONMENT });
  }

  get #own(): string[] {
    return ['-f', this.path('/etc/apache2/apache2.conf')];
  }

  /** The process ID of the server; undefined if it does not run. */
  pid(): number | undefined {
    try {
      const pid = Number(this.text('/run/apache2.pid'));
      // An Apache that was killed leaves the file, and Linux gives its number to another process.
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      // While it ends, its line is empty, and “apache2 -k start” takes it for running.
      return words === '' || words.includes(this.folder) ? pid : undefined;
    } catch {
      return undefined;
    }
  }

  /** Starts it again after `stop`. */
  async resume(): Promise<void> {
    const { status, stderr } = this.run('-k', 'start');
    if (status !== 0) throw new Error(`Apache did not start: ${stderr}`);
    await until(() => this.answers(), 'Apache answered');
  }

  async answers(): Promise<boolean> {
    return (await this.get('unknown.invalid', '/').catch(() => undefined)) !== undefined;
  }

  async stop(): Promise<void> {
    await this.#requested;
    const pid = this.pid();
    if (pid === undefined) return;
    process.kill(pid, 'SIGTERM');
    try {
      await until(() => this.pid() === undefined, 'Apache ended');
    } catch (error) {
      process.kill(pid, 'SIGKILL');
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The response to another client, over HTTP. */
  get(
    host: string,
    path: string,
    method = 'GET',
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    return new Promise((done, fail) => {
      const place = { host: '127.0.0.1', port: this.ports.http, path };
      request({ ...place, method, headers: { ...headers, host }, agent: false }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => (body += text));
        response.on('end', () => {
          done({ status: response.statusCode ?? 0, body, headers: response.headers });
        });
      })
        .on('error', fail)
        .end();
    });
  }
}

function loadModules(): string {
  return MODULES.filter((name) => !NOT_LOADED.has(name))
    .map((name) => ({ name, path: `/usr/lib/apache2/modules/mod_${name}.so` }))
    .filter(({ path }) => existsSync(path))
    .map(({ name, path }) => `LoadModule ${name}_module ${path}\n`)
    .join('');
}
