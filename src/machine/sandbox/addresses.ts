// The sandbox’s addresses: those of the real machine, and those that were added to the sandbox. Added addresses are
// only written to a file. No interface gets them.
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import type {
  AddressPlace,
  MachineAddress,
  MachineAddresses,
  NewMachineAddress,
} from '../../core/machine-addresses.ts';
import {
  alreadyConfigured,
  merge,
  notAdded,
  readAdded,
  unknownInterface,
  writeAdded,
  type AddedFile,
} from '../addresses/added.ts';
import { listAddresses, toLinks, type Link } from '../addresses/list.ts';
import { canonicalAddress, readNewAddresses } from '../addresses/values.ts';
import { ADDED_FILE, ADDED_FOLDER } from './added-addresses.ts';
import { Tree } from './tree.ts';

interface SandboxAddressesOptions {
  readonly root: string;
  readonly interfaces?: typeof networkInterfaces;
  readonly askPublicAddress: MachineAddresses['askPublicAddress'];
}

export class SandboxAddresses implements MachineAddresses {
  readonly #added: AddedFile;
  readonly #interfaces: typeof networkInterfaces;
  readonly askPublicAddress: MachineAddresses['askPublicAddress'];

  constructor({ root, interfaces = networkInterfaces, askPublicAddress }: SandboxAddressesOptions) {
    const tree = new Tree(root);
    this.#interfaces = interfaces;
    this.askPublicAddress = askPublicAddress;
    this.#added = {
      read: async () => {
        const text = await tree.read(ADDED_FILE);
        return text === undefined ? undefined : (JSON.parse(text) as Link[]);
      },
      write: async (links) => {
        await tree.makeFolder(ADDED_FOLDER);
        await tree.replace(ADDED_FILE, `${JSON.stringify(links, undefined, 2)}\n`, 0o600);
      },
      withLock: (work) => tree.withLock(work),
    };
  }

  async list(): Promise<MachineAddress[]> {
    const added = await readAdded(this.#added);
    const links = this.#links().map((link) => {
      const more = toLinks(added.filter(({ interface: name }) => name === link.ifname));
      return { ...link, addr_info: [...link.addr_info, ...more.flatMap(({ addr_info = [] }) => addr_info)] };
    });
    return listAddresses(links, { 4: [], 6: [] }, added);
  }

  async findPlace(family: 4 | 6): Promise<AddressPlace | undefined> {
    const mains = (await this.list()).filter(({ isMain }) => isMain);
    const main = mains.find((address) => address.family === family) ?? mains[0];
    return main === undefined ? undefined : { interface: main.interface, keeper: 'sandbox' };
  }

  async add(addresses: readonly NewMachineAddress[]): Promise<void> {
    const wanted = readNewAddresses(addresses);
    const links = this.#links();
    for (const { address, interface: name } of wanted) {
      const link = links.find(({ addr_info }) => addr_info.some(({ local }) => local === address));
      if (link !== undefined) throw alreadyConfigured(address, link.ifname);
      if (!links.some(({ ifname }) => ifname === name)) throw unknownInterface(name);
    }
    await this.#added.withLock(async () => {
      await writeAdded(this.#added, merge(await readAdded(this.#added), wanted));
    });
  }

  async remove(addresses: readonly string[]): Promise<void> {
    const unwanted = new Set(addresses.map(canonicalAddress));
    const bound = new Set(this.#links().flatMap(({ addr_info }) => addr_info.map(({ local }) => local)));
    for (const address of unwanted) if (bound.has(address)) throw notAdded(address);
    if ((await this.#added.read()) === undefined) return;
    await this.#added.withLock(async () => {
      const before = await readAdded(this.#added);
      await writeAdded(
        this.#added,
        before.filter(({ address }) => !unwanted.has(address)),
      );
    });
  }

  #links(): (Link & Required<Pick<Link, 'ifname' | 'addr_info'>>)[] {
    return Object.entries(this.#interfaces()).map(([ifname, found = []]) => ({
      ifname,
      // Node does not list interfaces that are down.
      flags: ['UP'],
      addr_info: found.map((info) => ({
        family: info.family === 'IPv4' ? 'inet' : 'inet6',
        local: info.address,
        prefixlen: Number(info.cidr?.split('/')[1] ?? (info.family === 'IPv4' ? 32 : 128)),
        scope: scopeOf(info),
      })),
    }));
  }
}

function scopeOf({ internal, family, address }: NetworkInterfaceInfo): string {
  if (internal) return 'host';
  return family === 'IPv6' && /^fe[89ab]/i.test(address) ? 'link' : 'global';
}
