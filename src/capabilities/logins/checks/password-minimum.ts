// Passwords have to be strong, and guessing them is limited.
import * as bruteForce from '../rules/brute-force/config.ts';
import {
  applications,
  isEnforced,
  minimumOf,
  type Application,
} from '../../../ground/rules/passwords/minimums.ts';
import { ok, warning, withStore, type Check, type Finding } from '../../../ground/doctor/check.ts';

/** Below, a password can be guessed with little effort. WHM’s default is 65. */
const LEAST = 50;

const check: Check = {
  title: 'Passwords',
  order: 260,
  advisor: 'Passwords',
  isAdviceOnly: true,

  run: (subject) =>
    withStore(subject, async ({ db }) => {
      const findings: Finding[] = [];
      for (const name of Object.keys(applications) as Application[]) {
        if (!isEnforced(name)) continue;
        const minimum = await minimumOf(db, name);
        if (minimum >= LEAST) continue;
        const message = `The minimum strength of ${applications[name]} is ${minimum}. Weak passwords can be guessed.`;
        findings.push({
          ...warning(message, `whmapi1 setminimumpasswordstrengths ${name}=65`),
          key: `Passwords_strength_of_${name}`,
        });
      }
      if (!(await bruteForce.read(db)).is_enabled) {
        const message =
          'The brute-force protection (cPHulk) is disabled, so passwords can be guessed without a limit.';
        findings.push({ ...warning(message, 'whmapi1 enable_cphulk'), key: 'Brute_protection_not_enabled' });
      }
      if (findings.length > 0) return findings;
      const message = 'Passwords have to be strong, and the brute-force protection is enabled.';
      return [{ ...ok(message), key: 'Passwords_strong' }];
    }),
};

export default check;
