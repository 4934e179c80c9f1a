// Root and the resellers need a second factor to log in.
import type { Db } from '../../../core/context.ts';
import * as resellers from '../../accounts/rules/resellers/resellers.ts';
import * as tfa from '../rules/tfa.ts';
import {
  list,
  ok,
  problem,
  warning,
  withStore,
  type Check,
  type Finding,
} from '../../../ground/doctor/check.ts';

const check: Check = {
  title: 'Two-factor authentication',
  order: 250,
  advisor: 'TwoFactorAuth',
  isAdviceOnly: true,

  async run(subject) {
    const isEmpty = await subject.store().then(
      (store) => store === undefined,
      () => false,
    );
    return isEmpty ? [DISABLED, ROOT] : withStore(subject, ({ db }) => examine(db));
  },
};

const DISABLED: Finding = {
  ...problem(
    'Two-factor authentication is disabled, so a password is enough to log in.',
    'whmapi1 twofactorauth_enable_policy',
  ),
  key: 'TwoFactorAuth_disabled',
};
const ROOT: Finding = {
  ...problem('Root logs in without two-factor authentication.', 'whmapi1 --enrol'),
  key: 'TwoFactorAuth_root_not_enrolled',
};

async function examine(db: Db): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (!(await tfa.isPolicyEnabled(db))) findings.push(DISABLED);
  if (!(await tfa.isEnrolled(db, 'root'))) findings.push(ROOT);
  const without: string[] = [];
  for (const name of await resellers.list(db)) if (!(await tfa.isEnrolled(db, name))) without.push(name);
  if (without.length > 0) {
    const message = `Resellers log in without two-factor authentication: ${list(without)}. They set it up themselves.`;
    findings.push({ ...warning(message), key: 'TwoFactorAuth_resellers_not_enrolled' });
  }
  if (findings.length > 0) return findings;
  const message = 'Root and all resellers use two-factor authentication.';
  return [{ ...ok(message), key: 'TwoFactorAuth_enabled' }];
}

export default check;
