// The addresses of Linux: ip(8) of iproute2 lists them as JSON, and changes them in one batch. The files that keep them
// over a reboot are in `address-keepers.ts`.
import { BlockList } from 'node:net';
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
import { listAddresses, type DefaultRoute, type Link, type LinkAddress } from '../addresses/list.ts';
import { canonicalAddress, familyOf, readNewAddresses } from '../addresses/values.ts';
import type { AddressKeepers } from './address-keepers.ts';
import type { Run } from './run.ts';

/** Seconds. */
const FOREVER = 0xffff_ffff;

interface LinuxAddressesOptions {
  readonly run: Run;
  readonly added: AddedFile;
  readonly keepers: AddressKeepers;
  /** Asks a service on the Internet: see `MachineAddresses`. */
  readonly askPublicAddress: MachineAddresses['askPublicAddress'];
}

export class LinuxAddresses implements MachineAddresses {
  readonly #run: Run;
  readonly #added: AddedFile;
  readonly #keepers: AddressKeepers;
  readonly askPublicAddress: MachineAddresses['askPublicAddress'];

  constructor({ run, added, keepers, askPublicAddress }: LinuxAddressesOptions) {
    this.#run = run;
    this.#added = added;
    this.#keepers = keepers;
    this.askPublicAddress = askPublicAddress;
  }

  async list(): Promise<MachineAddress[]> {
    const [links, routes4, routes6, added] = await Promise.all([
      this.#links(),
      this.#defaultRoutes('-4'),
      this.#defaultRoutes('-6'),
      readAdded(this.#added),
    ]);
    return listAddresses(links, { 4: routes4, 6: routes6 }, added);
  }

  async findPlace(family: 4 | 6): Promise<AddressPlace | undefined> {
    const mains = (await this.list()).filter(({ isMain }) => isMain);
    // If the server has no IPv6 address yet, the first one is added to the interface of its IPv4 address.
    const main = mains.find((address) => address.family === family) ?? mains[0];
    if (main === undefined) return undefined;
    return { interface: main.interface, keeper: await this.#keepers.keeperOf(main.interface) };
  }

  async add(addresses: readonly NewMachineAddress[]): Promise<void> {
    const wanted = readNewAddresses(addresses);
    await this.#added.withLock(async () => {
      await this.#keepers.assertUnchanged();
      const [before, links] = await Promise.all([readAdded(this.#added), this.#links()]);
      const bound = boundOn(links);
      for (const { address, interface: name } of wanted) {
        const place = bound.get(address);
        if (place !== undefined && !before.some((one) => one.address === address)) {
          throw alreadyConfigured(address, place.interface);
        }
        if (!links.some(({ ifname }) => ifname === name)) throw unknownInterface(name);
      }
      const after = merge(before, wanted);
      // Written first, so that after a kill, a bound address is known to be ours.
      await writeAdded(this.#added, after);
      const missing = wanted.filter(({ address }) => !bound.has(address));
      try {
        await this.#change(missing.map(addition));
        await this.#keepers.keep(after);
      } catch (error) {
        const now = boundOn(await this.#links());
        await this.#change(deletions(missing.flatMap(({ address }) => now.get(address) ?? [])));
        await writeAdded(this.#added, before);
        throw error;
      }
    });
  }

  async remove(addresses: readonly string[]): Promise<void> {
    const unwanted = new Set(addresses.map(canonicalAddress));
    await this.#added.withLock(async () => {
      await this.#keepers.assertUnchanged();
      const [before, links] = await Promise.all([readAdded(this.#added), this.#links()]);
      const bound = boundOn(links);
      const removed = before.filter(({ address }) => unwanted.has(address));
      for (const address of unwanted) {
        const isOurs = removed.some((one) => one.address === address);
        if (!isOurs && bound.has(address)) throw notAdded(address);
      }
      const gone = removed.flatMap(({ address }) => bound.get(address) ?? []);
      // When the kernel removes the primary address of a network, it also removes the secondary ones, unless it is
      // configured to promote one of them. The same batch adds them again, because ip continues if this process is
      // killed.
      const secondary = [...bound.values()].filter(
        (one) => !unwanted.has(one.address) && gone.some((other) => isSecondaryOf(one, other)),
      );
      await this.#change([...deletions(gone), ...secondary.map(replacement)]);
      const after = before.filter(({ address }) => !unwanted.has(address));
      await this.#keepers.keep(after);
      await writeAdded(this.#added, after);
    });
  }

  async #links(): Promise<Link[]> {
    const { stdout } = await this.#run('ip', ['-json', 'address', 'show']);
    return JSON.parse(stdout) as Link[];
  }

  async #defaultRoutes(family: '-4' | '-6'): Promise<DefaultRoute[]> {
    const { stdout } = await this.#run('ip', ['-json', family, 'route', 'show', 'default']);
    return stdout.trim() === '' ? [] : (JSON.parse(stdout) as DefaultRoute[]);
  }

  async #change(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    await this.#run('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` });
  }
}

interface Bound extends NewMachineAddress {
  readonly info: LinkAddress;
}

function boundOn(links: readonly Link[]): Map<string, Bound> {
  const bound = new Map<string, Bound>();
  for (const { ifname = '', addr_info = [] } of links) {
    for (const info of addr_info) {
      const { local: address, prefixlen: prefixLength } = info;
      if (address !== undefined) bound.set(address, { address, prefixLength, interface: ifname, info });
    }
  }
  return bound;
}

/** True if `one` is a secondary address of the network whose primary address is `other`. */
function isSecondaryOf(one: Bound, other: Bound): boolean {
  if (one.info.secondary !== true || one.info.family !== 'inet' || other.info.family !== 'inet') return false;
  if (one.interface !== other.interface || one.prefixLength !== other.prefixLength) return false;
  const network = new BlockList();
  network.addSubnet(other.address, other.prefixLength);
  return network.check(one.address);
}

function addition({ address, prefixLength, interface: name }: NewMachineAddress): string {
  const broadcast = familyOf(address) === 4 && prefixLength < 31 ? ' broadcast +' : '';
  // The server responds at a deprecated address, but uses its own for new connections (RFC 6724, section 5, rule 3).
  const deprecated = familyOf(address) === 6 ? ' preferred_lft 0' : '';
  return `address add ${address}/${prefixLength}${broadcast} dev ${name}${deprecated}`;
}

/** Adds an address with its previous attributes, or keeps it if it still exists. */
function replacement(bound: Bound): string {
  const { label, valid_life_time: valid, preferred_life_time: preferred } = bound.info;
  return [
    addition(bound).replace('address add', 'address replace'),
    ...(label === undefined || label === bound.interface ? [] : ['label', label]),
    ...(valid === undefined || valid === FOREVER ? [] : ['valid_lft', valid]),
    ...(preferred === undefined || preferred === FOREVER ? [] : ['preferred_lft', preferred]),
  ].join(' ');
}

/** Secondary addresses come first, because the kernel removes them with their primary address. */
function deletions(bound: readonly Bound[]): string[] {
  return bound
    .toSorted((one, other) => Number(isPrimary(one)) - Number(isPrimary(other)))
    .map(
      ({ address, prefixLength, interface: name }) => `address delete ${address}/${prefixLength} dev ${name}`,
    );
}

function isPrimary({ info }: Bound): boolean {
  return info.secondary !== true;
}
