// The program that sets DNS records for AutoSSL exists, and only root can change it.
import { ApiError } from '../../../core/errors.ts';
import { assertUsable, find } from '../rules/autossl/dns-hook.ts';
import { isAccount } from '../rules/autossl/registrations.ts';
import { ok, problem, withStore, type Check } from '../../../ground/doctor/check.ts';

const check: Check = {
  title: 'DNS hook',
  order: 72,
  advisor: 'DNS_hook',

  run: (subject) =>
    withStore(subject, async ({ db }) => {
      const hook = await find(db);
      if (hook === undefined) return [ok('AutoSSL has no DNS hook.')];
      try {
        await assertUsable(subject.machine, hook, (username) => isAccount(db, username));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return [problem(error.message)];
      }
      return [ok(`The DNS hook “${hook.path}” can be run safely, as “${hook.user}”.`)];
    }),
};

export default check;
