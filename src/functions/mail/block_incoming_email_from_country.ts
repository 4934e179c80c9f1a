import {
  changeBlockedCountries,
  countryCode,
  readCountries,
  WRITE_COUNTRIES,
} from '../../capabilities/mail/rules/blocked-countries.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineFunction } from '../../core/define.ts';
import { assertCountriesKnown } from '../../ground/driver/countries/look-countries.ts';

export default defineFunction({
  name: 'block_incoming_email_from_country',
  since: 84,
  summary: 'Disable incoming mail from countries.',
  description:
    'Exim refuses mail that comes from addresses of these countries, except that of logins, and of private networks. A ' +
    'task writes the addresses, which takes up to a minute: “whmapi1 --wait” waits for it. Addresses come from Debian’s ' +
    'packages location and libloc-database. Without them, the call fails.',
  access: 'root',
  role: ROLE,
  effect: 'changes',
  params: { country_code: countryCode },
  returns: { updated: { type: 'integer', doc: 'How many countries have changed.' } },
  examples: [
    { args: { country_code: 'ZZ' }, doc: 'Refuse mail from unknown addresses.', fails: 'host_failed' },
  ],

  look: (_args, { machine }) => assertCountriesKnown({ machine }),

  async handler({ country_code: given }, { db, startTask }) {
    const changed = await changeBlockedCountries(db, readCountries(given), true);
    if (changed.length > 0) await startTask(WRITE_COUNTRIES, {});
    return { updated: changed.length };
  },
});
