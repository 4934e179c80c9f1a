import { listBlockedCountries } from '../../capabilities/mail/rules/blocked-countries.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'list_blocked_incoming_email_countries',
  since: 84,
  summary: 'List the countries whose mail is refused.',
  description: 'The function block_incoming_email_from_country adds to the list.',
  access: 'root',
  role: ROLE,
  effect: 'reads',
  list: 'countries',
  params: {},
  returns: {
    countries: {
      list: {
        fields: {
          country_code: { type: 'string', doc: 'Two letters (ISO 3166-1), or ZZ for unknown addresses.' },
        },
      },
      doc: 'The countries, sorted.',
    },
  },
  examples: [{ args: {}, doc: 'All of them.' }],

  handler: async (_args, { db }) => ({
    countries: (await listBlockedCountries(db)).map((country) => ({ country_code: country })),
  }),
});
