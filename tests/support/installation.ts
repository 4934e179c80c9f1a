// A separate installation for a test: a real state directory with a real SQLite file, a clock that the test sets, and
// randomness that always gives the same values.
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, type NetworkInterfaceInfo } from 'node:os';
import { basename, join } from 'node:path';
import { createApplication, root, type Application } from '../../src/app/app.ts';
import type { AuditRecord } from '../../src/core/audit.ts';
import type { Caller } from '../../src/core/context.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import type { Engine } from '../../src/core/engine.ts';
import type { Envelope } from '../../src/core/envelope.ts';
import { DATA } from '../../src/core/define-uapi.ts';
import type { Hash, Json, Value } from '../../src/core/values.ts';
import type { UapiAnswer } from '../../src/capabilities/logins/rules/account-apis/answers.ts';
import { askBy } from '../../src/machine/choose.ts';
import { SandboxUsers } from '../../src/machine/sandbox/users.ts';
import { SandboxAddresses } from '../../src/machine/sandbox/addresses.ts';
import { sandboxSystem } from '../../src/machine/system.ts';
import { copyNewStore } from './new-store.ts';
import { faultsOf } from './returns.ts';
import { rolesOf } from '../../src/ground/rules/roles/active-profile.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';
import { watchedMachine, watchedStore } from './watched-machine.ts';

export interface InstallationOptions {
  /** The settings of a server. */
  readonly livesLong?: boolean;
  /** If the suites run on PostgreSQL: another server of the same fleet, whose database this one shares. */
  readonly beside?: Installation;
  /** The name of this server there. Default: a unique name. */
  readonly server?: string;
  /** A store that is used instead of a new one. */
  readonly url?: string;
  /** A closed installation whose state this one copies. Only with SQLite. */
  readonly copyOf?: Installation;
  /** True: the program creates the store. Otherwise the installation begins with one without content. */
  readonly isEmpty?: boolean;
  /**
   * True: PHP-FPM checks its files. Otherwise, the installation is like one on a machine without PHP-FPM: checks would
   * take a fifth of the processor time of all tests with accounts.
   */
  readonly checksPools?: boolean;
  /** The same for zones: named-checkzone checks each of them. */
  readonly checksZones?: boolean;
  /** Further variables of the environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Suites use a few passwords again and again, and rating them took a tenth of the processor time of all suites. */
const strengths = new Map<string, Promise<number>>();

export class Installation {
  readonly directory = mkdtempSync(join(tmpdir(), 'whmapi1-test-'));
  /** The time of the clock, in milliseconds. */
  time = Date.parse('2026-03-01T12:00:10Z');
  hostname = 'server.example.com';
  /** True: like a machine on which no profile was activated. */
  isMachine = false;
  /** True: as if the shared store knew the server by its hostname. */
  isNamedByHostname = false;
  /** The addresses of the machine, on eth0, the main one first. */
  addresses: [string, ...string[]] = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];
  /** Those that only the machine’s list has, such as the addresses of an interface that is down. */
  otherAddresses: string[] = [];
  ipv6Addresses: string[] = [];
  /** The URL that `nat_checkip` calls. */
  publicAddressService = 'http://127.0.0.1:1/';
  /** Replaces parts of the engine. */
  overrides: { -readonly [Part in keyof Engine]?: Engine[Part] } = {};
  /** A dry run of calls is one transaction, in which each of them looks at the machine. */
  isDryRunOfCalls = false;
  /** Passwords take almost no time here, because whole suites log in again and again. */
  readonly #users = new SandboxUsers(join(this.state, 'root'), () => Date.now(), { log2N: 1, r: 1, p: 1 });
  readonly #application: Application;
  readonly #database: TestDatabase | undefined;
  readonly #url: string | undefined;
  readonly #server: string;
  /** The names of tools that are not there. */
  readonly #absent: readonly RegExp[];
  readonly #further: Readonly<Record<string, string>>;

  constructor({
    livesLong = false,
    beside,
    server,
    url,
    copyOf,
    isEmpty = false,
    checksPools = false,
    checksZones = false,
    environment = {},
  }: InstallationOptions = {}) {
    if (copyOf !== undefined) cpSync(copyOf.state, this.state, { recursive: true });
    else if (!isEmpty) copyNewStore(this.state);
    this.#absent = [checksPools ? [] : /^php-fpm/, checksZones ? [] : /^named-checkzone$/].flat();
    this.#further = environment;
    const given = url ?? beside?.environment.WHMAPI1_STORE_URL;
    this.#database = given === undefined ? makeTestDatabase() : undefined;
    this.#url = given ?? this.#database?.url;
    this.#server = server ?? basename(this.directory).toLowerCase();
    this.#application = createApplication(this.environment, { livesLong });
  }

  /** The environment of another process on the same installation. */
  get environment(): Readonly<Record<string, string | undefined>> {
    return {
      WHMAPI1_STATE_DIR: this.state,
      // Nothing listens there: no test uses the network.
      WHMAPI1_RESOLVERS: '127.0.0.1:1',
      WHMAPI1_ACME_DIRECTORY: 'https://127.0.0.1:1/',
      // The identity providers of tests are on this machine.
      WHMAPI1_LOOPBACK_IDENTITY_PROVIDERS: '1',
      // The clock of a test differs from that of this machine, so no log is rotated because of its age.
      WHMAPI1_AUDIT_ROTATE_DAYS: '3650',
      WHMAPI1_STORE_URL: this.#url,
      WHMAPI1_SERVER_NAME: this.#server,
      ...this.#further,
    };
  }

  get application(): Application {
    return this.#application;
  }

  get state(): string {
    return join(this.directory, 'state');
  }

  get engine(): Engine {
    const { store, machine, passwordStrength } = this.#application.engine;
    return {
      ...this.#application.engine,
      store: watchedStore(store),
      rolesOf: (db) => rolesOf({ db, system: this.engine.machine.system }),
      now: () => this.time,
      // The clock does not advance by itself.
      sleep: async () => undefined,
      passwordStrength: (candidate, known) => {
        const key = JSON.stringify([candidate, known]);
        const strength = strengths.get(key) ?? passwordStrength(candidate, known);
        strengths.set(key, strength);
        return strength;
      },
      newXid: () => 'xid123',
      randomBytes: async (count) => Uint8Array.from({ length: count }, (_, at) => (at * 37 + 11) % 256),
      machine: watchedMachine(
        {
          ...machine,
          tools: without(this.#absent, machine.tools),
          users: async () => this.#users,
          system: {
            ...sandboxSystem(join(this.state, 'root'), {
              isSandbox: false,
              hostname: () => this.hostname,
              isNamedByHostname: this.isNamedByHostname,
              loadAverage: () => [0.5, 0.123, 12.3456],
              addresses: () => this.addresses,
            }),
            isSandbox: !this.isMachine,
          },
          addresses: async () =>
            new SandboxAddresses({
              root: join(this.state, 'root'),
              interfaces: () => ({
                eth0: [...this.addresses, ...this.otherAddresses, ...this.ipv6Addresses].map(
                  interfaceAddress,
                ),
              }),
              askPublicAddress: askBy(this.publicAddressService),
            }),
        },
        () => this.isDryRunOfCalls,
      ),
      ...this.overrides,
    };
  }

  /** Like an administrator for another server of the fleet. */
  copyKeyTo(other: Installation): void {
    copyFileSync(join(this.state, 'secret.key'), join(other.state, 'secret.key'));
  }

  /**
   * Calls a function through the public interface, by default as root, and compares its response with its description.
   */
  async call(
    command: string,
    args: Readonly<Record<string, Json>> = {},
    options: { as?: Caller; dryRun?: boolean; isInterrupted?: () => boolean } = {},
  ): Promise<Envelope> {
    const given = Object.entries(args).map(([name, value]) => ({ name, value }));
    const { engine } = this;
    const fn = await engine.find(command);
    const { dryRun = false, isInterrupted } = options;
    this.isDryRunOfCalls = dryRun && fn?.effect === 'calls';
    const interruption = isInterrupted && ({ isAbandoned: isInterrupted, endsIfAbandoned: true } as const);
    const call = { command, args: given, dryRun, ...interruption };
    const envelope = await dispatch(call, options.as ?? root, engine);
    if (fn !== undefined && envelope.metadata.result === 1) {
      expect(faultsOf(fn, envelope.data)).toEqual([]);
    }
    return envelope;
  }

  /**
   * Calls a function of UAPI as an account, through `uapi_cpanel`, and compares the data with its description.
   * `name` is `Module::function`.
   */
  async uapi(username: string, name: string, args: Readonly<Record<string, Json>> = {}): Promise<UapiAnswer> {
    const [module = '', func = ''] = name.split('::');
    const names = { 'cpanel.user': username, 'cpanel.module': module, 'cpanel.function': func };
    const { metadata, data } = await this.call('uapi_cpanel', { ...args, ...names });
    if (metadata.result !== 1) throw new Error(metadata.reason);
    const answer = data?.uapi as unknown as UapiAnswer;
    const isWhole = !Object.keys(args).some((key) => key.startsWith('api.'));
    if (answer.status === 1 && isWhole) await this.#compare('uapi', name, answer.data);
    return answer;
  }

  /** Calls a function of API 2 as an account, through `cpanel`. @returns `cpanelresult`. */
  async api2(username: string, name: string, args: Readonly<Record<string, Json>> = {}): Promise<Api2Answer> {
    const [module = '', func = ''] = name.split('::');
    const { data } = await this.call('cpanel', {
      ...args,
      cpanel_jsonapi_user: username,
      cpanel_jsonapi_module: module,
      cpanel_jsonapi_func: func,
      cpanel_jsonapi_apiversion: '2',
    });
    const answer = data?.cpanelresult as unknown as Api2Answer;
    const isWhole = !Object.keys(args).some((key) => key.startsWith('api2_'));
    if (answer.error === undefined && isWhole) await this.#compare('api2', name, answer.data as Value);
    return answer;
  }

  async #compare(api: 'uapi' | 'api2', name: string, data: Value): Promise<void> {
    const fn = await this.engine.accountApis[api].find(name);
    if (fn === undefined) throw new Error(`There is no function ${name}.`);
    expect(faultsOf(fn, data === null ? undefined : { [DATA]: data })).toEqual([]);
  }

  audit(): (Omit<AuditRecord, 'time'> & { time: string })[] {
    return this.#lines('audit.log') as (Omit<AuditRecord, 'time'> & { time: string })[];
  }

  errors(): { xid: string; error: string }[] {
    return this.#lines('error.log') as { xid: string; error: string }[];
  }

  /** Ends its work. Its files stay. */
  close(): void {
    this.#application.close();
  }

  remove(): void {
    this.close();
    this.#database?.remove();
    rmSync(this.directory, { recursive: true, force: true });
  }

  #lines(name: string): unknown[] {
    return readFileSync(join(this.state, name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
  }
}

function without(absent: readonly RegExp[], tools: Engine['machine']['tools']): Engine['machine']['tools'] {
  return async (declared) => {
    const found = await tools(declared);
    return {
      has: async (name) => !absent.some((one) => one.test(name)) && found.has(name),
      find: (pattern) => found.find(pattern),
      run: (...words) => found.run(...words),
    };
  };
}

/** A response of API 2. */
export interface Api2Answer {
  readonly data: readonly Hash[];
  readonly error?: string;
  readonly event: { readonly result: 0 | 1 };
  readonly paginate?: Hash;
}

function interfaceAddress(address: string): NetworkInterfaceInfo {
  const isIpv6 = address.includes(':');
  return {
    ...{ address, netmask: '', mac: '', internal: false, cidr: `${address}/${isIpv6 ? 64 : 24}` },
    ...(isIpv6 ? { family: 'IPv6', scopeid: 0 } : { family: 'IPv4' }),
  };
}

/** A reseller with these privileges. */
export function reseller(user: string, ...privileges: string[]): Caller {
  return { user, privileges: new Set(privileges) };
}
