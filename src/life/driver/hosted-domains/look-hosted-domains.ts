// What a call reads from the machine before it adds, changes or removes a domain of an account.
import { seesAll } from '../../../core/access.ts';
import type { FreeContext } from '../../../core/context.ts';
import type { FoundZones } from '../../../capabilities/dns/rules/domain-zones.ts';
import type { FoundAuthority } from '../../rules/domains/rules.ts';
import type { FoundByParts } from '../../../capabilities/accounts/driver/account-part.ts';
import * as accountParts from '../account-parts.ts';
import {
  lookAtAuthority,
  lookAtTemplates,
  lookAtZones,
} from '../../../capabilities/dns/driver/zones/look-zones.ts';

export interface FoundForDomains {
  readonly zones: FoundZones;
  readonly parts: FoundByParts;
  readonly authority: FoundAuthority | undefined;
}

export interface Subject {
  /** The names whose zones might change, with their parent domains. */
  readonly zones: readonly string[];
  /** A new domain whose nameservers decide whether the caller may add it. */
  readonly foreign?: string | undefined;
}

/** The templates for zones of domains. */
const TEMPLATES = ['standard'];

export async function lookForDomains(
  context: FreeContext,
  { zones: looked, foreign }: Subject,
): Promise<FoundForDomains> {
  const { machine, caller } = context;
  const isBound = foreign !== undefined && !seesAll(caller);
  return {
    zones: {
      looked,
      zones: await lookAtZones(machine, looked),
      templates: await lookAtTemplates(machine, TEMPLATES),
    },
    parts: await accountParts.lookForDomains(context),
    authority: isBound ? await lookAtAuthority(machine, foreign) : undefined,
  };
}
