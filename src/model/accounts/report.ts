// What createacct tells of a new account beside its settings: the nameservers, and a report for people.
import type { Fields } from '../../core/define.ts';
import type { Account } from './accounts.ts';
import { yesOrNo } from '../packages/form.ts';
import type { Limit } from '../packages/settings.ts';

const addressless = 'null: this server does not manage DNS zones yet.';

/** The keys of WHM’s documented response. */
export const nameserverFields = {
  nameserver: { type: 'string', doc: 'The first nameserver of the owner; empty if none is set.' },
  nameserver2: { type: 'string', doc: 'The second nameserver.' },
  nameserver3: { type: 'string', doc: 'The third nameserver.' },
  nameserver4: { type: 'string', doc: 'The fourth nameserver.' },
  nameservera: { type: 'string|null', doc: `The A record of the first nameserver; ${addressless}` },
  nameservera2: { type: 'string|null', doc: 'The A record of the second nameserver; null.' },
  nameservera3: { type: 'string|null', doc: 'The A record of the third nameserver; null.' },
  nameservera4: { type: 'string|null', doc: 'The A record of the fourth nameserver; null.' },
  nameserverentry: {
    type: 'string|null',
    doc: `The address of the first nameserver’s entry; ${addressless}`,
  },
  nameserverentry2: { type: 'string|null', doc: 'The address of the second nameserver’s entry; null.' },
  nameserverentry3: { type: 'string|null', doc: 'The address of the third nameserver’s entry; null.' },
  nameserverentry4: { type: 'string|null', doc: 'The address of the fourth nameserver’s entry; null.' },
} as const satisfies Fields;

/** The values of `nameserverFields`. */
export function showNameservers(names: readonly string[]) {
  const [first = '', second = '', third = '', fourth = ''] = names;
  return {
    nameserver: first,
    nameserver2: second,
    nameserver3: third,
    nameserver4: fourth,
    nameservera: null,
    nameservera2: null,
    nameservera3: null,
    nameservera4: null,
    nameserverentry: null,
    nameserverentry2: null,
    nameserverentry3: null,
    nameserverentry4: null,
  };
}

/** The account for people to read, a fact a line. The password is never in it. */
export function reportOf({ settings, ...account }: Account, nameservers: readonly string[]): string {
  const inMebibytes = (limit: Limit) => (limit === null ? 'unlimited' : `${limit} MiB`);
  return [
    'New account',
    `Domain: ${account.domain}`,
    `Username: ${account.username}`,
    `Home directory: ${account.home}`,
    `IP address: ${account.ip} (dedicated: ${yesOrNo(settings.dedicatedIp)})`,
    `Package: ${account.package}`,
    `Feature list: ${settings.featureList}`,
    `Disk space: ${inMebibytes(settings.diskLimit)}`,
    `Bandwidth of a month: ${inMebibytes(settings.bandwidthLimit)}`,
    `Shell: ${yesOrNo(settings.shell)}`,
    `CGI: ${yesOrNo(settings.cgi)}`,
    `Owner: ${account.owner}`,
    `Contact email: ${account.contactEmail}`,
    ...nameservers.map((name, at) => `Nameserver ${at + 1}: ${name}`),
    '',
  ].join('\n');
}
