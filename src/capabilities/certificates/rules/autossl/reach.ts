// Our own look at names before they are ordered: which of them the issuer will be able to validate, and how.
import type { CaaIssuer, CaaObstacles, Method } from './caa.ts';
import { find as findHook, findRefusal } from './dns-hook.ts';
import { zoneOf, zonesOfServer } from './server-zones.ts';
import type { CheckContext } from './check-context.ts';

const AT_ONCE = 8;

interface Reach {
  /** How each name can be validated. Names with an obstacle are left out. */
  readonly methods: ReadonlyMap<string, Method>;
  /** Those of dns-01 whose zone is elsewhere: the administrator’s program sets the records. */
  readonly hooked: ReadonlySet<string>;
  /** Why the others cannot be, as sentences. */
  readonly obstacles: ReadonlyMap<string, string>;
}

export async function lookAtNames(
  context: CheckContext,
  names: readonly string[],
  issuer: CaaIssuer,
): Promise<Reach> {
  const { machine, challenges, ownAddresses: own, randomBytes, signal } = context;
  const acme = await machine.acme();
  const [token, answer] = [hexOf(await randomBytes(16)), hexOf(await randomBytes(16))];
  const methods = new Map<string, Method>();
  const forbidden = new Map<string, CaaObstacles>();
  const obstacles = new Map<string, string>();
  await challenges.put(token, answer);
  try {
    for (let at = 0; at < names.length; at += AT_ONCE) {
      signal.throwIfAborted();
      await Promise.all(
        names.slice(at, at + AT_ONCE).map(async (name) => {
          const caa = await context.caa.findObstacles(name, issuer);
          forbidden.set(name, caa);
          const obstacle = name.startsWith('*.')
            ? 'A wildcard can be validated by DNS only.'
            : (caa['http-01'] ?? (await acme.findObstacle({ name, token, answer, own })));
          if (obstacle === undefined) methods.set(name, 'http-01');
          else obstacles.set(name, obstacle);
        }),
      );
    }
  } finally {
    await challenges.remove(token);
  }
  const hooked = new Set<string>();
  const hook = await context.transaction('reads', findHook);
  const zones = await zonesWithAuthority(context, [...obstacles.keys()]);
  for (const [name, obstacle] of [...obstacles]) {
    const zone = zones.get(name);
    const caa = forbidden.get(name)?.['dns-01'];
    if (caa !== undefined) {
      if (name.startsWith('*.')) obstacles.set(name, caa);
    } else if (zone?.isAuthoritative === true) {
      methods.set(name, 'dns-01');
      obstacles.delete(name);
    } else if (hook !== undefined) {
      const refusal = await findRefusal(context, hook, { name, hasZone: zone !== undefined });
      if (refusal === undefined) {
        methods.set(name, 'dns-01');
        hooked.add(name);
        obstacles.delete(name);
      } else obstacles.set(name, `${obstacle} ${refusal}`);
    } else if (name.startsWith('*.')) {
      obstacles.set(name, `${obstacle} ${zone === undefined ? 'Its zone is not on this server.' : zone.why}`);
    }
  }
  return { methods, hooked, obstacles };
}

interface Zone {
  readonly zone: string;
  /** True if the public DNS records of the domain point to this server. */
  readonly isAuthoritative: boolean;
  readonly why: string;
}

/** The zone of each name, if it is on this server. */
async function zonesWithAuthority(
  context: Pick<CheckContext, 'call'>,
  names: readonly string[],
): Promise<ReadonlyMap<string, Zone>> {
  const found = new Map<string, Zone>();
  if (names.length === 0) return found;
  const zones = await zonesOfServer(context);
  const authority = new Map<string, boolean>();
  for (const name of names) {
    const zone = zoneOf(name, zones);
    if (zone === undefined) continue;
    if (!authority.has(zone)) authority.set(zone, await isAuthoritative(context, zone));
    const isAuthoritativeHere = authority.get(zone) === true;
    const why = isAuthoritativeHere
      ? ''
      : `The nameservers of “${zone}” on the internet are not this server’s.`;
    found.set(name, { zone, isAuthoritative: isAuthoritativeHere, why });
  }
  return found;
}

async function isAuthoritative({ call }: Pick<CheckContext, 'call'>, zone: string): Promise<boolean> {
  const args = [{ name: 'domain', value: zone }];
  const { metadata, data } = await call({ command: 'has_local_authority', args });
  if (metadata.result !== 1) return false;
  const { records } = data as unknown as { records: readonly { readonly local_authority: number }[] };
  return records[0]?.local_authority === 1;
}

/** Hexadecimal digits in lower case. */
function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
