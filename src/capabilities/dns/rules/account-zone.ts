// The zone of an account’s domain: the account’s addresses, and the nameservers of its owner.
import type { Db } from '../../../core/context.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import * as assignments from '../../addresses/rules/ipv6-assignments.ts';
import { findPublicAddress } from '../../addresses/rules/nat.ts';
import { find } from '../../domains/rules/hosted-domains.ts';
import { areDiscovered, areInNewZones, serviceNamesOf } from '../../domains/rules/service-subdomains.ts';
import type { Nameserver } from '../../domains/rules/nameservers.ts';
import { newZone, type NewZoneText, type ZoneContext, type ZoneText } from './new-zone.ts';
import { type CustomTemplates, findTemplate } from './templates.ts';

/** The names of the templates for these zones. */
export const ACCOUNT_TEMPLATES = ['standard', 'standardvirtualftp'] as const;

export interface AccountZone {
  /** Without the final dot. */
  readonly name: string;
  readonly account: Account;
  readonly serial: number;
  /** Used instead of those of the account’s owner. */
  readonly nameservers?: readonly Nameserver[] | undefined;
  /** The custom ones of ACCOUNT_TEMPLATES. */
  readonly templates: CustomTemplates;
  /** False for a parked or addon domain. Default: true. */
  readonly isMain?: boolean;
  /** What authenticates its mail. */
  readonly texts?: readonly ZoneText[] | undefined;
  /** True if the web server answers for the domain, so for its service subdomains too. Default: as it is stored. */
  readonly isServed?: boolean;
}

/** @throws ApiError as `zoneFromTemplate`: if a value, such as the contact address, or a template is not valid */
export async function accountZone(
  context: ZoneContext,
  { name, account, serial, nameservers, templates, isMain = true, isServed, texts }: AccountZone,
): Promise<NewZoneText> {
  const { db } = context;
  const servicesOf = await serviceNamesOf(db, account.username);
  const hasSite = isServed ?? (name === account.domain || (await isAlias(db, name)));
  const hasServices = hasSite && (await areInNewZones(context));
  return newZone(context, {
    ...{ name, account, serial, nameservers, nameserversOf: account.owner, texts },
    // Behind NAT, zones have the public addresses.
    ip: await findPublicAddress(db, account.ip),
    ipv6: (await assignments.find(db, account.username))?.address,
    template: findTemplate(
      isMain && !account.settings.dedicatedIp ? 'standardvirtualftp' : 'standard',
      templates,
    ),
    furtherNames: hasServices ? servicesOf(name) : [],
    hasDiscovery: hasServices && (await areDiscovered(db)),
  });
}

/** True if it is a parked or addon domain. */
async function isAlias(db: Db, domain: string): Promise<boolean> {
  return ((await find(db, domain))?.servedBy ?? null) !== null;
}
