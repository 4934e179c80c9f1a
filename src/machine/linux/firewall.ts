// The firewall of Linux, through nft(8). This program has its own table, so it never changes other rules. The kernel
// ends each block by itself when its time is over.
import type { FirewallBlock, MachineFirewall } from '../../core/machine.ts';
import { refuseAddress } from '../firewall-address.ts';
import { NOT_INSTALLED, type Ran, type Run } from './run.ts';

const TABLE = 'inet whmapi1';
const SETS = { 4: 'blocked_ipv4', 6: 'blocked_ipv6' } as const;

/** Creates what is missing and keeps the rest. nft applies everything from one input in one transaction. */
const PREPARE = `
add table ${TABLE}
add set ${TABLE} ${SETS[4]} { type ipv4_addr; flags timeout; }
add set ${TABLE} ${SETS[6]} { type ipv6_addr; flags interval, timeout; }
add chain ${TABLE} input { type filter hook input priority filter - 5; policy accept; }
flush chain ${TABLE} input
add rule ${TABLE} input iif != "lo" ip saddr @${SETS[4]} drop
add rule ${TABLE} input iif != "lo" ip6 saddr @${SETS[6]} drop
`;

const FAILED = 1;

export class LinuxFirewall implements MachineFirewall {
  readonly #run: Run;
  readonly #now: () => number;

  constructor(run: Run, now: () => number) {
    this.#run = run;
    this.#now = now;
  }

  async isAvailable(): Promise<boolean> {
    const { status } = await this.#run('nft', ['--check', '--file', '-'], {
      input: PREPARE,
      accept: [0, FAILED, NOT_INSTALLED],
    });
    return status === 0;
  }

  async block(address: string, until: number): Promise<void> {
    refuseAddress(address);
    const seconds = Math.ceil((until - this.#now()) / 1000);
    if (seconds <= 0) return;
    const element = elementOf(address, `timeout ${seconds}s`);
    // Adding an existing element does not change its timeout, so it is deleted first. It must exist to be deleted.
    await this.#change(`${PREPARE}add ${element}\ndelete ${elementOf(address)}\nadd ${element}\n`);
  }

  async unblock(address: string): Promise<void> {
    refuseAddress(address);
    const { status } = await this.#read();
    if (status !== 0) return;
    await this.#change(`add ${elementOf(address, 'timeout 1s')}\ndelete ${elementOf(address)}\n`);
  }

  async list(): Promise<FirewallBlock[]> {
    const blocks: FirewallBlock[] = [];
    const { status, stdout } = await this.#read();
    if (status !== 0) return blocks;
    const now = this.#now();
    const { nftables } = JSON.parse(stdout) as { nftables: Listed[] };
    for (const { set } of nftables) {
      for (const { elem } of set?.elem ?? []) {
        // An element that was added by hand has no expiry time.
        if (elem?.expires === undefined) continue;
        const { val, expires } = elem;
        const address = typeof val === 'string' ? val : `${val.prefix.addr}/${val.prefix.len}`;
        blocks.push({ address, until: now + expires * 1000 });
      }
    }
    return blocks;
  }

  /** The change is applied completely or not at all. */
  async #change(input: string): Promise<void> {
    await this.#run('nft', ['--file', '-'], { input });
  }

  /** The status is 0 if this program's table exists. */
  #read(): Promise<Ran> {
    const words = ['--json', 'list', 'table', ...TABLE.split(' ')];
    return this.#run('nft', words, { accept: [0, FAILED, NOT_INSTALLED] });
  }
}

/** The JSON format of nft (libnftables-json(5)). An element without a timeout is only an address. */
interface Listed {
  readonly set?: { readonly elem?: readonly { readonly elem?: Element }[] };
}
interface Element {
  readonly val: string | { readonly prefix: { readonly addr: string; readonly len: number } };
  /** Seconds. */
  readonly expires?: number;
}

function elementOf(address: string, timeout = ''): string {
  return `element ${TABLE} ${address.includes(':') ? SETS[6] : SETS[4]} { ${address} ${timeout} }`;
}
