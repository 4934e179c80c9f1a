import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'get_countries_with_known_ip_ranges',
  since: 70,
  summary: 'List the countries whose addresses this server knows.',
  description:
    'The list is empty, because no country data is installed. set_cphulk_config_key stores lists of countries, ' +
    'but logins are not checked against them.',
  access: 'root',
  effect: 'none',
  params: {},
  returns: {
    countries: {
      list: {
        fields: {
          code: { type: 'string', doc: 'The two-letter country code (ISO 3166-1).' },
          name: { type: 'string', doc: 'Its name in English.' },
        },
      },
      doc: 'The countries.',
    },
  },
  list: 'countries',
  examples: [{ args: {}, doc: 'List the known countries.' }],

  handler(_args, { warn }) {
    warn('No country data is installed, so the list is empty.');
    return { countries: [] };
  },
});
