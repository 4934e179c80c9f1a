// Keepers configure the machine’s addresses when it starts: netplan, systemd-networkd or ifupdown. Each reads files
// from several sources, so this program writes its addresses to files of its own, one for each interface.
import { basename, dirname, join } from 'node:path';
import { load } from 'js-yaml';
import type { AddressPlace, NewMachineAddress } from '../../core/machine-addresses.ts';
import type { FileBackup, MachineFiles } from '../../core/machine-daemons.ts';
import { MachineError } from '../../core/machine-error.ts';
import { byInterface, type Link } from '../addresses/list.ts';
import { familyOf } from '../addresses/values.ts';
import { NOT_INSTALLED, type Run } from './run.ts';

/** Network settings are not secret, but netplan warns about files that everybody can read. */
const NETPLAN_MODE = 0o600;
const NETWORKD_FOLDER = '/etc/systemd/network';
/** In the drop-in directory of the interface’s own file: systemd.network(5). */
const NETWORKD_FILE = 'whmapi1.conf';
const NETPLAN_FOLDER = '/etc/netplan';
const INTERFACES = '/etc/network/interfaces';
const IFUPDOWN_FOLDER = '/etc/network/interfaces.d';

/** The directories that contain the files. */
export const KEEPER_DIRECTORIES = [NETWORKD_FOLDER, NETPLAN_FOLDER, IFUPDOWN_FOLDER];

const NETPLAN_SECTIONS = ['ethernets', 'bonds', 'bridges', 'vlans', 'modems', 'wifis', 'tunnels', 'vrfs'];
const HEADER = '# Written by whmapi1: the addresses that addips added. Change them with addips and delip.';

interface OwnFile {
  readonly keeper: NonNullable<AddressPlace['keeper']>;
  readonly path: string;
  readonly mode: number;
  readonly text: (addresses: readonly NewMachineAddress[]) => string;
  /** True if the keeper reads the file and accepts it. @throws MachineError */
  readonly check: (addresses: readonly NewMachineAddress[]) => Promise<void>;
}

export class AddressKeepers {
  readonly #run: Run;
  readonly #files: MachineFiles;

  /** `files` must have access to KEEPER_DIRECTORIES. */
  constructor(run: Run, files: MachineFiles) {
    this.#run = run;
    this.#files = files;
  }

  async keeperOf(name: string): Promise<AddressPlace['keeper']> {
    return (await this.#fileOf(name))?.keeper ?? null;
  }

  /** @throws MachineError `failed` if somebody changed a file of this program by hand. */
  async assertUnchanged(): Promise<void> {
    for (const path of await this.#existing()) {
      if ((await this.#files.origin(path)) === 'ours') continue;
      throw new MachineError(
        'failed',
        `“${path}” was changed by somebody else. Move the changes to another file, remove this one, and retry the call.`,
      );
    }
  }

  /**
   * Keeps exactly these addresses over a reboot, if their interfaces have a keeper. If a keeper rejects its file, all
   * files are restored.
   * @throws MachineError `failed`, also if `assertUnchanged` throws it.
   */
  async keep(addresses: readonly NewMachineAddress[]): Promise<void> {
    const wanted = new Map<string, { readonly text: string; readonly mode: number }>();
    const checks: (() => Promise<void>)[] = [];
    for (const [name, ofInterface] of byInterface(addresses)) {
      const file = await this.#fileOf(name);
      if (file === undefined) continue;
      wanted.set(file.path, { text: file.text(ofInterface), mode: file.mode });
      checks.push(() => file.check(ofInterface));
    }
    const paths = new Set([...wanted.keys(), ...(await this.#existing())]);
    const changed: string[] = [];
    for (const path of paths) {
      if ((await this.#files.readText(path)) !== wanted.get(path)?.text) changed.push(path);
    }
    await this.assertUnchanged();
    const backups = new Map<string, FileBackup>();
    try {
      for (const path of changed) {
        backups.set(path, await this.#files.backUp(path));
        const file = wanted.get(path);
        if (file === undefined) await this.#files.remove(path);
        else await this.#write(path, file.text, file.mode);
      }
      for (const check of checks) await check();
      await this.#reload(changed);
    } catch (error) {
      for (const [path, backup] of backups) await this.#files.restore(path, backup);
      throw error;
    }
  }

  /** All existing files of this program, for every keeper. */
  async #existing(): Promise<string[]> {
    const [netplan, ifupdown, networkd] = await Promise.all(
      [NETPLAN_FOLDER, IFUPDOWN_FOLDER, NETWORKD_FOLDER].map((folder) => this.#files.list(folder)),
    );
    const candidates = [
      ...(netplan ?? [])
        .filter((name) => name.startsWith('90-whmapi1-'))
        .map((name) => join(NETPLAN_FOLDER, name)),
      ...(ifupdown ?? [])
        .filter((name) => name.startsWith('whmapi1-'))
        .map((name) => join(IFUPDOWN_FOLDER, name)),
      ...(networkd ?? [])
        .filter((name) => name.endsWith('.network.d'))
        .map((name) => join(NETWORKD_FOLDER, name, NETWORKD_FILE)),
    ];
    const facts = await Promise.all(candidates.map((path) => this.#files.facts(path)));
    return candidates.filter((_, at) => facts[at]?.kind === 'file');
  }

  async #write(path: string, text: string, mode: number): Promise<void> {
    if (path.startsWith(NETWORKD_FOLDER)) await this.#files.makeDirectory(dirname(path), { mode: 0o755 });
    await this.#files.write(path, text, { mode });
  }

  async #fileOf(name: string): Promise<OwnFile | undefined> {
    return (await this.#netplan(name)) ?? (await this.#networkd(name)) ?? (await this.#ifupdown(name));
  }

  async #netplan(name: string): Promise<OwnFile | undefined> {
    const { status, stdout } = await this.#run('netplan', ['get'], { accept: [0, 1, NOT_INSTALLED] });
    // netplan prints nothing if there is no configuration.
    if (status !== 0 || stdout.trim() === '') return undefined;
    const place = findInNetplan(stdout, await this.#link(name));
    if (place === undefined) return undefined;
    return {
      keeper: 'netplan',
      path: join(NETPLAN_FOLDER, `90-whmapi1-${fileName(name)}.yaml`),
      mode: NETPLAN_MODE,
      text: (addresses) => {
        if (place.renderer === 'NetworkManager' && addresses.some(isDeprecated))
          throw notByNetworkManager(name);
        return [
          HEADER,
          'network:',
          '  version: 2',
          `  ${place.section}:`,
          `    ${JSON.stringify(place.id)}:`,
          '      addresses:',
          ...addresses.map(
            (one) => `        - ${JSON.stringify(cidr(one))}${isDeprecated(one) ? ': { lifetime: 0 }' : ''}`,
          ),
          '',
        ].join('\n');
      },
      // `netplan generate` checks all files at once.
      check: async () => undefined,
    };
  }

  async #link(name: string): Promise<Link> {
    const { stdout } = await this.#run('ip', ['-json', 'link', 'show', 'dev', name]);
    const [link = {}] = JSON.parse(stdout) as Link[];
    return link;
  }

  async #networkd(name: string): Promise<OwnFile | undefined> {
    const words = ['--json=short', 'status', '--', name];
    const { status, stdout } = await this.#run('networkctl', words, { accept: [0, 1, NOT_INSTALLED] });
    if (status !== 0) return undefined;
    const { NetworkFile: file } = JSON.parse(stdout) as { readonly NetworkFile?: string };
    if (file === undefined) return undefined;
    return {
      keeper: 'systemd-networkd',
      path: join(NETWORKD_FOLDER, `${basename(file)}.d`, NETWORKD_FILE),
      mode: 0o644,
      text: (addresses) =>
        [
          HEADER,
          '[Network]',
          ...addresses.filter((one) => !isDeprecated(one)).map((one) => `Address=${cidr(one)}`),
          ...addresses
            .filter(isDeprecated)
            .flatMap((one) => ['[Address]', `Address=${cidr(one)}`, 'PreferredLifetime=0']),
          '',
        ].join('\n'),
      check: async () => undefined,
    };
  }

  async #ifupdown(name: string): Promise<OwnFile | undefined> {
    if ((await this.#ifquery(name)) === undefined) return undefined;
    return {
      keeper: 'ifupdown',
      path: join(IFUPDOWN_FOLDER, `whmapi1-${fileName(name)}`),
      mode: 0o644,
      text: (addresses) =>
        [
          HEADER,
          ...addresses.flatMap((one) => [
            `iface ${name} ${familyOf(one.address) === 4 ? 'inet' : 'inet6'} static`,
            `  address ${cidr(one)}`,
            ...(isDeprecated(one) ? ['  preferred-lifetime 0'] : []),
          ]),
          '',
        ].join('\n'),
      check: async (addresses) => {
        const read = new Set(((await this.#ifquery(name)) ?? '').split('\n'));
        if (addresses.every(({ address }) => read.has(`address: ${address}`))) return;
        throw new MachineError(
          'failed',
          `“${INTERFACES}” does not read the files of “${IFUPDOWN_FOLDER}”. Add the line “source ${IFUPDOWN_FOLDER}/*”.`,
        );
      },
    };
  }

  /** The interface’s settings as ifupdown reads them; undefined if its files do not mention the interface. */
  async #ifquery(name: string): Promise<string | undefined> {
    const { status, stdout } = await this.#run('ifquery', ['--', name], { accept: [0, 1, NOT_INSTALLED] });
    return status === 0 ? stdout : undefined;
  }

  /** When systemd-networkd configures an interface again, it removes the addresses that it does not know. */
  async #reload(paths: readonly string[]): Promise<void> {
    const netplan = paths.filter((path) => path.startsWith(NETPLAN_FOLDER));
    if (netplan.length > 0) await this.#run('netplan', ['generate']);
    if (netplan.length === 0 && !paths.some((path) => path.startsWith(NETWORKD_FOLDER))) return;
    const { status } = await this.#run('systemctl', ['is-active', '--quiet', 'systemd-networkd'], {
      accept: [0, 1, 3, 4, NOT_INSTALLED],
    });
    if (status === 0) await this.#run('networkctl', ['reload']);
  }
}

function cidr({ address, prefixLength }: NewMachineAddress): string {
  return `${address}/${prefixLength}`;
}

/** True if the server never uses it as a source address. For IPv4, the prefix length already has this effect. */
function isDeprecated({ address }: NewMachineAddress): boolean {
  return familyOf(address) === 6;
}

/** Some programs that read these folders skip names with dots. */
function fileName(name: string): string {
  return name.replaceAll('.', '_');
}

/** netplan(5): `lifetime` works with networkd only. Without it, the server would use this source address. */
function notByNetworkManager(name: string): MachineError {
  return new MachineError(
    'failed',
    `netplan has NetworkManager configure “${name}”, which cannot keep IPv6 addresses that the server does not speak from. ` +
      'Set “renderer: networkd” for the interface in netplan, and retry the call.',
  );
}

interface NetplanPlace {
  readonly section: string;
  readonly id: string;
  /** What configures the interface: `networkd` or `NetworkManager`. */
  readonly renderer: string;
}

/** Finds the interface’s definition in netplan, and the section that contains it. */
function findInNetplan(yaml: string, { ifname, address }: Link): NetplanPlace | undefined {
  let read: unknown;
  try {
    read = load(yaml);
  } catch (cause) {
    // netplan reports a broken configuration on standard output, with status 0.
    throw new MachineError('failed', `“netplan” failed: ${yaml.trim().split('\n')[0]}`, { cause });
  }
  const { network } = read as { readonly network?: Record<string, unknown> & Rendered };
  for (const section of NETPLAN_SECTIONS) {
    const definitions = network?.[section];
    if (typeof definitions !== 'object' || definitions === null) continue;
    for (const [id, definition] of Object.entries(definitions as Record<string, NetplanDefinition | null>)) {
      const { match, 'set-name': newName } = definition ?? {};
      const isNamed = [match === undefined ? id : match.name, newName].includes(ifname);
      const isMatching = match?.macaddress !== undefined && match.macaddress.toLowerCase() === address;
      if (!isNamed && !isMatching) continue;
      const renderer = definition?.renderer ?? (definitions as Rendered).renderer ?? network?.renderer;
      return { section, id, renderer: renderer ?? 'networkd' };
    }
  }
  return undefined;
}

interface Rendered {
  readonly renderer?: string;
}

interface NetplanDefinition extends Rendered {
  readonly match?: { readonly name?: string; readonly macaddress?: string };
  readonly 'set-name'?: string;
}
