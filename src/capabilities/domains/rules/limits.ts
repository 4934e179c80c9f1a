// How many domains of each type an account has, and how many its package allows.
import { ApiError } from '../../../core/errors.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import type { HostedDomain } from './hosted-domains.ts';

export type Counts = Readonly<Record<HostedDomain['type'], number>>;

/** As in WHM, a subdomain that serves an addon domain is part of that addon domain. */
export function countDomains(hosted: readonly HostedDomain[]): Counts {
  const serving = new Set(hosted.filter(({ type }) => type === 'addon').map(({ servedBy }) => servedBy));
  const count = (type: HostedDomain['type']) => hosted.filter((one) => one.type === type).length;
  return {
    addon: count('addon'),
    parked: count('parked'),
    sub: hosted.filter(({ type, domain }) => type === 'sub' && !serving.has(domain)).length,
  };
}

const rules = {
  addon: { setting: 'maxAddonDomains', name: 'addon domains', key: 'MAXADDON' },
  parked: { setting: 'maxParkedDomains', name: 'parked domains', key: 'MAXPARK' },
  sub: { setting: 'maxSubdomains', name: 'subdomains', key: 'MAXSUB' },
} as const;

/**
 * Checks the limits of an account against the domains that it will have. Types that do not grow are not checked. The
 * plan must hold the lock of the account, so that two calls at the same time cannot exceed a limit together.
 * @throws ApiError `limit_reached`.
 */
export function assertWithinLimits(
  { username, settings }: Account,
  before: readonly HostedDomain[],
  after: readonly HostedDomain[],
): void {
  const [had, has] = [countDomains(before), countDomains(after)];
  for (const type of ['addon', 'parked', 'sub'] as const) {
    const { setting, name, key } = rules[type];
    const limit = settings[setting];
    if (limit === null || has[type] <= had[type] || has[type] <= limit) continue;
    throw new ApiError(
      'limit_reached',
      `The account “${username}” may have ${limit} ${name}, and has ${had[type]}. Raise the limit with ` +
        `modifyacct ${key}=, or remove a domain first.`,
    );
  }
}
