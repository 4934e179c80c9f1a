// The parts of createacct's response about a new account: its nameservers, and a report for people.
import type { Fields } from '../../core/define.ts';
import type { Nameserver } from '../../capabilities/domains/rules/nameservers.ts';
import type { Account } from '../../capabilities/accounts/rules/accounts.ts';
import { yesOrNo } from '../../capabilities/accounts/rules/packages/package-form.ts';
import type { Limit } from '../../capabilities/accounts/rules/packages/settings.ts';

const inZone = 'null unless its name is in the account’s own DNS zone.';

/** The keys of WHM’s documented response. */
export const nameserverFields = {
  nameserver: { type: 'string', doc: 'The first nameserver of the account; empty if none is set.' },
  nameserver2: { type: 'string', doc: 'The second nameserver.' },
  nameserver3: { type: 'string', doc: 'The third nameserver.' },
  nameserver4: { type: 'string', doc: 'The fourth nameserver.' },
  nameservera: { type: 'string|null', doc: `The IPv4 address of the first nameserver; ${inZone}` },
  nameservera2: { type: 'string|null', doc: 'The same of the second nameserver.' },
  nameservera3: { type: 'string|null', doc: 'The same of the third nameserver.' },
  nameservera4: { type: 'string|null', doc: 'The same of the fourth nameserver.' },
  nameserverentry: { type: 'string|null', doc: `The name that this address belongs to; ${inZone}` },
  nameserverentry2: { type: 'string|null', doc: 'The same of the second nameserver.' },
  nameserverentry3: { type: 'string|null', doc: 'The same of the third nameserver.' },
  nameserverentry4: { type: 'string|null', doc: 'The same of the fourth nameserver.' },
} as const satisfies Fields;

/**
 * Returns the values of `nameserverFields`.
 * @param zone the account’s domain if this server has its zone
 */
export function showNameservers(servers: readonly Nameserver[], zone: string | undefined) {
  const [first, second, third, fourth] = servers;
  const name = (server: Nameserver | undefined) => server?.name ?? '';
  const hasEntry = ({ name: own }: Nameserver) => own === zone || own.endsWith(`.${zone ?? ''}`);
  const entry = (server: Nameserver | undefined) => (server && zone && hasEntry(server) ? server : undefined);
  const address = (server: Nameserver | undefined) => entry(server)?.ip ?? null;
  const entryName = (server: Nameserver | undefined) => entry(server)?.name ?? null;
  return {
    nameserver: name(first),
    nameserver2: name(second),
    nameserver3: name(third),
    nameserver4: name(fourth),
    nameservera: address(first),
    nameservera2: address(second),
    nameservera3: address(third),
    nameservera4: address(fourth),
    nameserverentry: entryName(first),
    nameserverentry2: entryName(second),
    nameserverentry3: entryName(third),
    nameserverentry4: entryName(fourth),
  };
}

/** Describes the account for people, one fact per line. The password is never included. */
export function reportOf({ settings, ...account }: Account, nameservers: readonly Nameserver[]): string {
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
    ...nameservers.map(({ name }, at) => `Nameserver ${at + 1}: ${name}`),
    '',
  ].join('\n');
}
