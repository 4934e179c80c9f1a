// What a call reads from the machine before it adds, changes or removes a domain of an account.
import { seesAll } from '../../../core/access.ts';
import type { FreeContext } from '../../../core/context.ts';
import type { FoundZones } from '../../../capabilities/dns/rules/domain-zones.ts';
import type { FoundAuthority } from '../../rules/domains/rules.ts';
import { loadLibrary } from '../../../capabilities/certificates/driver/account.ts';
import { findVersions } from '../../../capabilities/php/driver/versions.ts';
import {
  lookAtAuthority,
  lookAtTemplates,
  lookAtZones,
} from '../../../capabilities/dns/driver/zones/look-zones.ts';

export interface FoundForDomains {
  readonly zones: FoundZones;
  /** The newest installed PHP version. Undefined if there is none. */
  readonly newestPhp: string | undefined;
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
  { machine, caller }: FreeContext,
  { zones: looked, foreign }: Subject,
): Promise<FoundForDomains> {
  await loadLibrary();
  const isBound = foreign !== undefined && !seesAll(caller);
  return {
    zones: {
      looked,
      zones: await lookAtZones(machine, looked),
      templates: await lookAtTemplates(machine, TEMPLATES),
    },
    newestPhp: (await findVersions(machine)).at(-1)?.id,
    authority: isBound ? await lookAtAuthority(machine, foreign) : undefined,
  };
}
