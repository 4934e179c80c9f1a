// What gives the machine its addresses when it starts: netplan, systemd-networkd or ifupdown. Each reads files of many
// authors, so the addresses that this program adds are in files of its own, one for each interface.
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { load } from 'js-yaml';
import type { AddressPlace, NewMachineAddress } from '../../core/machine-addresses.ts';
import { MachineError } from '../../core/machine-error.ts';
import { byInterface } from '../addresses/list.ts';
import { familyOf } from '../addresses/values.ts';
import { NOT_INSTALLED, type Run } from './run.ts';

/** Networks are no secret, but netplan complains of files that everybody can read. */
const NETPLAN_MODE = 0o600;
const NETWORKD_FOLDER = '/etc/systemd/network';
const NETPLAN_FOLDER = '/etc/netplan';
const INTERFACES = '/etc/network/interfaces';
const IFUPDOWN_FOLDER = '/etc/network/interfaces.d';
const HEADER = '# Written by whmapi1: the addresses that addips added. Change them with addips and delip.';

interface OwnFile {
  readonly keeper: NonNullable<AddressPlace['keeper']>;
  readonly path: string;
  readonly mode: number;
  readonly text: (addresses: readonly NewMachineAddress[]) => string;
  /** Whether the keeper reads the file and accepts it. @throws MachineError */
  readonly check: (addresses: readonly NewMachineAddress[]) => Promise<void>;
}

export class AddressKeepers {
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  async keeperOf(name: string): Promise<AddressPlace['keeper']> {
    return (await this.#fileOf(name))?.keeper ?? null;
  }

  /** Has exactly these addresses kept over a reboot, as far as their interfaces have a keeper. */
  async keep(addresses: readonly NewMachineAddress[]): Promise<void> {
    const own: (OwnFile & { readonly addresses: readonly NewMachineAddress[] })[] = [];
    for (const [name, ofInterface] of byInterface(addresses)) {
      const file = await this.#fileOf(name);
      if (file !== undefined) own.push({ ...file, addresses: ofInterface });
    }
    const before = await ownFiles();
    const changed = own.filter((file) => before.get(file.path) !== file.text(file.addresses));
    const stale = [...before.keys()].filter((path) => !own.some((file) => file.path === path));
    if (changed.length === 0 && stale.length === 0) return;
    try {
      for (const file of changed) await replaceFile(file.path, file.text(file.addresses), file.mode);
      for (const path of stale) await removeFile(path);
      for (const file of changed) await file.check(file.addresses);
      await this.#reload([...changed.map(({ path }) => path), ...stale]);
    } catch (error) {
      for (const path of new Set([...changed.map((file) => file.path), ...stale])) {
        const text = before.get(path);
        if (text === undefined) await removeFile(path);
        else await replaceFile(path, text, path.startsWith(NETPLAN_FOLDER) ? NETPLAN_MODE : 0o644);
      }
      throw error;
    }
  }

  async #fileOf(name: string): Promise<OwnFile | undefined> {
    return (await this.#netplan(name)) ?? (await this.#networkd(name)) ?? (await this.#ifupdown(name));
  }

  async #netplan(name: string): Promise<OwnFile | undefined> {
    const { status, stdout } = await this.#run('netplan', ['get'], { accept: [0, 1, NOT_INSTALLED] });
    if (status !== 0) return undefined;
    const place = await findInNetplan(stdout, name);
    if (place === undefined) return undefined;
    return {
      keeper: 'netplan',
      path: join(NETPLAN_FOLDER, `90-whmapi1-${fileName(name)}.yaml`),
      mode: NETPLAN_MODE,
      text: (addresses) =>
        [
          HEADER,
          'network:',
          '  version: 2',
          `  ${place.section}:`,
          `    ${JSON.stringify(place.id)}:`,
          '      addresses:',
          ...addresses.map((one) => `        - ${JSON.stringify(cidr(one))}`),
          '',
        ].join('\n'),
      check: async () => {
        await this.#run('netplan', ['generate']);
      },
    };
  }

  async #networkd(name: string): Promise<OwnFile | undefined> {
    const words = ['--json=short', 'status', '--', name];
    const { status, stdout } = await this.#run('networkctl', words, { accept: [0, 1, NOT_INSTALLED] });
    if (status !== 0) return undefined;
    const { NetworkFile: file } = JSON.parse(stdout) as { readonly NetworkFile?: string };
    if (file === undefined) return undefined;
    return {
      keeper: 'systemd-networkd',
      path: join(NETWORKD_FOLDER, `${basename(file)}.d`, 'whmapi1.conf'),
      mode: 0o644,
      text: (addresses) =>
        [HEADER, '[Network]', ...addresses.map((one) => `Address=${cidr(one)}`), ''].join('\n'),
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

  /** How ifupdown reads its files for this interface; undefined if they do not mention it. */
  async #ifquery(name: string): Promise<string | undefined> {
    const { status, stdout } = await this.#run('ifquery', ['--', name], { accept: [0, 1, NOT_INSTALLED] });
    return status === 0 ? stdout : undefined;
  }

  /** systemd-networkd forgets addresses of which it does not know whenever it configures the interface again. */
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

/** Some readers of folders skip names with dots. */
function fileName(name: string): string {
  return name.replaceAll('.', '_');
}

/** Which definition of netplan is that of the interface, and in which section it is. */
async function findInNetplan(
  yaml: string,
  name: string,
): Promise<{ section: string; id: string } | undefined> {
  const { network } = (load(yaml) ?? {}) as { readonly network?: Record<string, unknown> };
  for (const section of ['ethernets', 'bonds', 'bridges', 'vlans', 'modems', 'wifis', 'tunnels', 'vrfs']) {
    const definitions = network?.[section];
    if (typeof definitions !== 'object' || definitions === null) continue;
    for (const [id, definition] of Object.entries(definitions as Record<string, NetplanDefinition | null>)) {
      const names = definition?.match === undefined ? [id] : [definition.match.name];
      if ([...names, definition?.['set-name']].includes(name)) return { section, id };
      const mac = definition?.match?.macaddress;
      if (mac !== undefined && mac.toLowerCase() === (await hardwareAddress(name))) return { section, id };
    }
  }
  return undefined;
}

interface NetplanDefinition {
  readonly match?: { readonly name?: string; readonly macaddress?: string };
  readonly 'set-name'?: string;
}

async function hardwareAddress(name: string): Promise<string | undefined> {
  return (await readText(`/sys/class/net/${name}/address`))?.trim().toLowerCase();
}

/** All files of this program that any keeper reads, by path. */
async function ownFiles(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const candidates = [
    ...(await names(NETPLAN_FOLDER))
      .filter((name) => name.startsWith('90-whmapi1-'))
      .map((name) => join(NETPLAN_FOLDER, name)),
    ...(await names(IFUPDOWN_FOLDER))
      .filter((name) => name.startsWith('whmapi1-'))
      .map((name) => join(IFUPDOWN_FOLDER, name)),
    ...(await names(NETWORKD_FOLDER))
      .filter((name) => name.endsWith('.network.d'))
      .map((name) => join(NETWORKD_FOLDER, name, 'whmapi1.conf')),
  ];
  for (const path of candidates) {
    const text = await readText(path);
    if (text !== undefined) found.set(path, text);
  }
  return found;
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder)
    .catch(nothingIfMissing)
    .then((found) => found ?? []);
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(nothingIfMissing);
}

function nothingIfMissing(error: unknown): undefined {
  const { code } = error as { code?: string };
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
}

/** All or nothing, also in a power cut. */
async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  // A name that no keeper reads: it begins with a dot and has another ending.
  const draft = join(dirname(path), `.${basename(path)}.new`);
  const file = await open(draft, 'w', mode);
  try {
    await file.writeFile(text);
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
}

async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}
