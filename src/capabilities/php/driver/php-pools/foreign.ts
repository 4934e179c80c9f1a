// Pools of PHP-FPM that this program did not write. Every account can have Apache connect to their sockets. Apache then asks
// for no script, but other programs of the same user may.
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { WEB_USER } from '../../../../ground/driver/virtual-hosts/places.ts';
import { WEB_GROUP } from '../../../../ground/driver/virtual-hosts/web-group.ts';
import { CONFIGURATION, poolFolder } from './places.ts';

export interface ForeignPool {
  readonly path: string;
  readonly name: string;
  /** As whom its programs run. */
  readonly user: string;
  /** Where it listens: a socket, or an address with a port. */
  readonly listen: string;
}

/** @returns those of a release that processes of Apache can connect to. */
export async function findForeignPools(machine: DriverMachine, release: string): Promise<ForeignPool[]> {
  const files = await machine.files([CONFIGURATION]);
  const found: ForeignPool[] = [];
  for (const name of await files.list(poolFolder(release))) {
    if (!name.endsWith('.conf') || /^(?:00-whmapi1|whmapi1-.+)\.conf$/.test(name)) continue;
    const path = `${poolFolder(release)}/${name}`;
    const text = (await files.readText(path).catch(() => '')) ?? '';
    found.push(...poolsIn(text, path, release).filter(isReachable));
  }
  return found;
}

interface Pool extends ForeignPool {
  readonly owner: string;
  readonly group: string;
  readonly mode: number;
  /** True if access is given by name, beside owner, group and mode. */
  readonly hasList: boolean;
}

/** PHP-FPM's own defaults: a socket belongs to the user of its master process. `$pool` stands for the pool's name. */
function poolsIn(text: string, path: string, release: string): Pool[] {
  const parts = text.split(/^\s*\[([^\]]+)\]\s*$/m);
  const pools: Pool[] = [];
  for (let at = 1; at < parts.length; at += 2) {
    const name = parts[at] ?? '';
    if (name === 'global') continue;
    const values = new Map(
      [...(parts[at + 1] ?? '').matchAll(/^\s*([\w.]+)\s*=\s*"?([^";\n]*?)"?\s*(?:;.*)?$/gm)].map(
        ([, key = '', value = '']) => [key, value.replaceAll('$pool', name)] as const,
      ),
    );
    const value = (key: string, otherwise: string) => values.get(key) ?? otherwise;
    pools.push({
      ...{ path, name },
      user: value('user', ''),
      listen: value('listen', `/run/php/php${release}-fpm.sock`),
      owner: value('listen.owner', 'root'),
      group: value('listen.group', 'root'),
      mode: Number.parseInt(value('listen.mode', '0660'), 8),
      hasList: values.has('listen.acl_users') || values.has('listen.acl_groups'),
    });
  }
  return pools;
}

const OWN_GROUPS = new Set([WEB_USER, WEB_GROUP]);
const WRITE = 0o222;

function isReachable({ listen, owner, group, mode, hasList }: Pool): boolean {
  const isSocket = listen.startsWith('/');
  const open = (bits: number) => (mode & bits & WRITE) !== 0;
  return (
    !isSocket ||
    hasList ||
    (owner === WEB_USER && open(0o700)) ||
    (OWN_GROUPS.has(group) && open(0o070)) ||
    open(0o007)
  );
}
