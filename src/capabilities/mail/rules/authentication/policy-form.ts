// The parameters and fields that the functions of WHM and UAPI for mail policies (MTA-STS) have in common.
import type { Field, Param } from '../../../../core/define.ts';
import { domainName, emailAddress, existingDomain } from '../../../../ground/rules/accounts/names.ts';
import { keptUntil, modes, textOf, urlOf, type MailPolicy } from '../../../domains/rules/mail-policies.ts';

const domain = { ...existingDomain, pattern: domainName.pattern } as const;

export const policyDomain = {
  ...domain,
  required: true,
  doc: 'A main, parked or addon domain of an account, whose DNS zone is on this server.',
} as const satisfies Param;

export const policyDomains = {
  ...domain,
  list: true,
  doc: 'A domain of an account. Repeatable. Default: all domains that you have access to.',
} as const satisfies Param;

const DAY = 86_400;
/** RFC 8461, section 3.2. */
const MAX_AGE = 31_557_600;
export const DEFAULT_AGE = 7 * DAY;

export const policyParams = {
  domain: policyDomain,
  mode: {
    type: 'string',
    required: true,
    values: modes,
    doc:
      '“enforce”: senders must not deliver without verified TLS. “testing”: they deliver and report what failed. “none”: the ' +
      'domain has no policy any more; senders forget the former one.',
  },
  max_age: {
    type: 'integer',
    min: DAY,
    max: MAX_AGE,
    doc: `How many seconds senders may keep the policy. Default: as before, or ${DEFAULT_AGE} (a week).`,
  },
  report_address: {
    ...emailAddress,
    doc: 'The email address that gets the daily reports of senders about TLS (TLS-RPT). Empty: none. Default: as before, or none.',
  },
} as const satisfies Record<string, Param>;

const string = (doc: string) => ({ type: 'string', doc }) as const satisfies Field;

export const policyFields = {
  domain: string('The domain.'),
  mode: string('The mode: none, testing or enforce.'),
  max_age: { type: 'integer', doc: 'How many seconds senders may keep the policy.' },
  mx: { list: { type: 'string' }, doc: 'The mail servers of the policy. Empty for the mode none.' },
  report_address: string('The address that gets reports. Empty: none.'),
  policy_id: string('The ID of this version of the policy, as in the TXT record of _mta-sts.DOMAIN.'),
  url: string('Where senders read the policy.'),
  text: string('What they read.'),
  kept_until: {
    type: 'integer',
    doc:
      'Until when senders may keep a policy that is not none, if it ends now: UNIX time. 0: there was none. Do not move the mail ' +
      'to other servers before, unless the mode is none.',
  },
} as const satisfies Record<string, Field>;

export function policyRow(policy: MailPolicy, now: number) {
  return {
    domain: policy.domain,
    mode: policy.mode,
    max_age: policy.maxAge,
    mx: [...policy.mx],
    report_address: policy.reportAddress,
    policy_id: policy.id,
    url: urlOf(policy.domain),
    text: textOf(policy),
    kept_until: Math.ceil(keptUntil(policy, now) / 1000),
  };
}

/** What remove_mta_sts_policy says of itself. */
export const removal = {
  description:
    'Senders may keep the former policy for its “max_age”. To have them forget it, call set_mta_sts_policy with mode=none, and ' +
    'remove the policy once “kept_until” is over.',
  destructive: 'Senders find no policy any more. It can be set again with set_mta_sts_policy.',
} as const;
