import {
  changeBlockedCountries,
  countryCode,
  readCountries,
  WRITE_COUNTRIES,
} from '../../capabilities/mail/rules/blocked-countries.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'unblock_incoming_email_from_country',
  since: 84,
  summary: 'Allow incoming mail from countries again.',
  description:
    'A task does it, which takes up to a minute: “whmapi1 --wait” waits for it. Countries that are not blocked are left ' +
    'as they are.',
  access: 'root',
  role: ROLE,
  effect: 'changes',
  params: { country_code: countryCode },
  returns: { updated: { type: 'integer', doc: 'How many countries have changed.' } },
  examples: [{ args: { country_code: 'ZZ' }, doc: 'Accept mail from unknown addresses.' }],

  async handler({ country_code: given }, { db, startTask }) {
    const changed = await changeBlockedCountries(db, readCountries(given), false);
    if (changed.length > 0) await startTask(WRITE_COUNTRIES, {});
    return { updated: changed.length };
  },
});
