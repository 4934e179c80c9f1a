// The policies that the senders of mail read (MTA-STS), each at a name of its own.
import { MAIL_POLICIES, policyFile } from '../../../../../ground/driver/virtual-hosts/places.ts';
import type { WebHost } from '../contract.ts';
import { domain, folder, path, pattern, section } from './apache-conf.ts';
import { INTERNAL } from './places.ts';
import type { Locate } from './render-account.ts';
import { inLines, isOneOf, NOT_CHALLENGES } from './render-conditions.ts';
import { NOT_FOR_CLIENTS } from './render-programs.ts';

const FILES = `${INTERNAL}mta-sts/`;

const policiesOf = ({ services = [] }: WebHost) =>
  services.flatMap((one) => ('policy' in one ? [{ name: domain(one.name), path: one.policy.path }] : []));

/**
 * At the name of a policy, senders find it and nothing else, except challenges, whatever the account has in its document root,
 * and also while it is suspended. They follow no redirect (RFC 8461, section 3.3).
 */
export function mailPolicies(host: WebHost, locate: Locate): string[] {
  const policies = policiesOf(host);
  if (policies.length === 0) return [];
  const names = policies.map(({ name }) => name);
  return [
    'RewriteEngine On',
    ...policies.flatMap((one) => [
      isOneOf([one.name]),
      `RewriteRule "^/${pattern(one.path)}$" "${FILES}${one.name}" [PT,L]`,
    ]),
    ...inLines(names).flatMap((list) => [isOneOf(list), `RewriteRule ${NOT_CHALLENGES} "-" [R=404,L]`]),
    ...NOT_FOR_CLIENTS,
    ...names.map((name) => `Alias "${FILES}${name}" ${path(locate(policyFile(name)))}`),
    ...section('Directory', folder(locate(MAIL_POLICIES)), [
      'Options None',
      'AllowOverride None',
      'ForceType text/plain',
      'Require all granted',
    ]),
  ];
}

/** The internal paths that are served in every state of the account. */
export const servedAlways = (host: WebHost) => (policiesOf(host).length === 0 ? [] : [FILES]);
