// Service subdomains: names below a domain that lead to a service of this server. WHM once called them proxy subdomains.
import type { Context, Db } from '../../core/context.ts';
import { rolesOf } from '../roles/active-profile.ts';
import { isOn } from './flags.ts';

/** The services that have a name, each with the port to which the web server redirects its visitors. */
const SERVICE_PORTS: Readonly<Record<string, number>> = { cpanel: 2083, whm: 2087 };

const services = Object.keys(SERVICE_PORTS);

/** The names below one domain. */
export const serviceNames = (domain: string): string[] => services.map((service) => `${service}.${domain}`);

/** @param name as `serviceNames` returns it. */
export function portOf(name: string): number {
  const port = SERVICE_PORTS[name.slice(0, name.indexOf('.'))];
  if (port === undefined) throw new TypeError('The name is not a service subdomain.');
  return port;
}

/** Whether the web server answers to these names. */
export const areServed = (db: Db): Promise<boolean> => isOn(db, 'proxysubdomains');

/** Whether they replace the records that somebody else has given to their names. */
export const mayOverwrite = (db: Db): Promise<boolean> => isOn(db, 'overwritecustomproxysubdomains');

/** Whether the zones of new domains have these names. */
export async function areInNewZones(context: Pick<Context, 'db' | 'system'>): Promise<boolean> {
  const { db } = context;
  if (!(await areServed(db)) || !(await isOn(db, 'proxysubdomainsfornewaccounts'))) return false;
  return (await rolesOf(context)).has('WebServer');
}

const DERIVED = new RegExp(`^(?:${['www', 'mail', ...services].join('|')})[.](.+)$`);

/** The domain of which a name such as `www.bob.example` or `cpanel.bob.example` would be another name. */
export function domainOfDerived(name: string): string | undefined {
  return DERIVED.exec(name)?.[1];
}
