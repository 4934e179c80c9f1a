import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'get_countries_with_known_ip_ranges',
  since: 70,
  summary: 'List the countries whose addresses this server knows.',
  description:
    'It knows those of none, since no country data is installed: set_cphulk_config_key stores lists of countries, and ' +
    'no login is checked by them.',
  access: 'root',
  effect: 'none',
  params: {},
  returns: {
    countries: {
      list: {
        fields: {
          code: { type: 'string', doc: 'The code of the country (ISO 3166-1), two letters.' },
          name: { type: 'string', doc: 'Its name in English.' },
        },
      },
      doc: 'The countries.',
    },
  },
  list: 'countries',
  examples: [{ args: {}, doc: 'Ask which countries can be told apart.' }],

  handler(_args, { warn }) {
    warn('No country data is installed, so countries are not told apart.');
    return { countries: [] };
  },
});
