// Service subdomains: names below a domain that lead to a service of this server. WHM once called them proxy subdomains.
import type { Context, Db } from '../../../core/context.ts';
import { isReseller } from '../../accounts/rules/resellers/resellers.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import * as queue from '../../../ground/rules/tasks/queue.ts';
import { isOn } from './flags.ts';
import { POLICY_LABEL } from './mail-policies.ts';

/** The services that have a name, each with the port to which the web server redirects its visitors. */
const SERVICE_PORTS: Readonly<Record<string, number>> = {
  ...{ cpanel: 2083, webmail: 2096, whm: 2087 },
  // The port of webmail also tells mail programs the settings of a mailbox.
  ...{ autoconfig: 2096, autodiscover: 2096 },
};

const services = Object.keys(SERVICE_PORTS);
/** Only the domains of resellers have these names, as in WHM: others cannot log in to WHM. */
const FOR_RESELLERS = ['whm'];
/** Mail programs ask at these names. They have a setting of their own. */
const FOR_DISCOVERY = ['autoconfig', 'autodiscover'];

/** The names below one domain that some account would have. */
export const allServiceNames = (domain: string): string[] => services.map((name) => `${name}.${domain}`);

/** The names that each domain of an account has. `username`: as it is stored. */
export async function serviceNamesOf(db: Db, username: string): Promise<(domain: string) => string[]> {
  return serviceNamesFor(await isReseller(db, username), await areDiscovered(db));
}

/** The same for an account that is known to be a reseller, or not. `hasDiscovery`: see `areDiscovered`. */
export function serviceNamesFor(isReseller: boolean, hasDiscovery: boolean): (domain: string) => string[] {
  const absent = [...(isReseller ? [] : FOR_RESELLERS), ...(hasDiscovery ? [] : FOR_DISCOVERY)];
  const own = services.filter((service) => !absent.includes(service));
  return (domain) => own.map((name) => `${name}.${domain}`);
}

/** True if mail programs find the settings of a mailbox by its domain. */
export const areDiscovered = (db: Db): Promise<boolean> => isOn(db, 'autodiscover_proxy_subdomains');

/** The kind of the task that brings virtual hosts and zones up to date. */
export const APPLY = 'apply-service-subdomains';

/** Has the service subdomains of one account added or removed, after it became or ceased to be a reseller. */
export async function applySoon(db: Db, username: string, now: number): Promise<void> {
  await queue.add(db, { kind: APPLY, input: { username }, caller: 'root', xid: '' }, { now });
}

/** @param name a service subdomain. */
export function portOf(name: string): number {
  const port = SERVICE_PORTS[name.slice(0, name.indexOf('.'))];
  if (port === undefined) throw new TypeError('The name is not a service subdomain.');
  return port;
}

/** True if the web server answers to these names. */
export const areServed = (db: Db): Promise<boolean> => isOn(db, 'proxysubdomains');

/** True if they replace the records that somebody else has given to their names. */
export const mayOverwrite = (db: Db): Promise<boolean> => isOn(db, 'overwritecustomproxysubdomains');

/** True if the zones of new domains have these names. */
export async function areInNewZones(context: Pick<Context, 'db' | 'system'>): Promise<boolean> {
  const { db } = context;
  if (!(await areServed(db)) || !(await isOn(db, 'proxysubdomainsfornewaccounts'))) return false;
  return (await rolesOf(context)).has('WebServer');
}

/** The first labels of the names that a domain has besides its own. */
export const derivedLabels: readonly string[] = ['www', 'mail', POLICY_LABEL, ...services];

const DERIVED = new RegExp(`^(?:${derivedLabels.join('|')})[.](.+)$`);

/** The domain of which a name such as `www.bob.example` or `cpanel.bob.example` would be another name. */
export function domainOfDerived(name: string): string | undefined {
  return DERIVED.exec(name)?.[1];
}
