// The zone of an account’s domain: the account’s addresses, and the nameservers of its owner.
import type { Context } from '../../core/context.ts';
import type { Account } from '../accounts/accounts.ts';
import * as assignments from '../addresses/ipv6-assignments.ts';
import { findPublicAddress } from '../addresses/nat.ts';
import type { Nameserver } from './nameservers.ts';
import { newZone, type NewZoneText } from './new-zone.ts';
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
}

/** @throws ApiError as `zoneFromTemplate`: if a value, such as the contact address, or a template is not valid */
export async function accountZone(
  context: Pick<Context, 'db' | 'system' | 'version' | 'now' | 'warn'>,
  { name, account, serial, nameservers, templates, isMain = true }: AccountZone,
): Promise<NewZoneText> {
  const { db } = context;
  return newZone(context, {
    ...{ name, account, serial, nameservers, nameserversOf: account.owner },
    // Behind NAT, zones have the public addresses.
    ip: await findPublicAddress(db, account.ip),
    ipv6: (await assignments.find(db, account.username))?.address,
    template: findTemplate(
      isMain && !account.settings.dedicatedIp ? 'standardvirtualftp' : 'standard',
      templates,
    ),
  });
}
