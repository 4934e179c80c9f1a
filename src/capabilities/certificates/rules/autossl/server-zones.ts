// The DNS zones of this server, by the functions of its nameserver.
import type { CheckContext } from './check-context.ts';

/** The names of all zones. Empty without a nameserver. */
export async function zonesOfServer({ call }: Pick<CheckContext, 'call'>): Promise<ReadonlySet<string>> {
  const { data } = await call({ command: 'listzones', args: [] });
  const { zone = [] } = (data ?? {}) as { zone?: readonly { readonly domain: string }[] };
  return new Set(zone.map(({ domain }) => domain));
}

/** The zone that contains the name. */
export function zoneOf(name: string, zones: ReadonlySet<string>): string | undefined {
  let rest = name.replace(/^\*\./, '');
  while (rest.includes('.')) {
    if (zones.has(rest)) return rest;
    rest = rest.slice(rest.indexOf('.') + 1);
  }
  return undefined;
}
