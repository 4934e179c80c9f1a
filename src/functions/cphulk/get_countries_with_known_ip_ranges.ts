import { defineFunction } from '../../core/define.ts';
import { countriesKnown } from '../../ground/driver/countries/look-countries.ts';
import { nameOfCountry } from '../../ground/rules/countries.ts';

export default defineFunction({
  name: 'get_countries_with_known_ip_ranges',
  since: 70,
  summary: 'List the countries whose addresses this server knows.',
  description:
    'They come from the location database of IPFire, in Debian’s packages location and libloc-database. Without them, ' +
    'the list is empty, and a warning says so. set_cphulk_config_key refuses or allows logins by country.',
  access: 'root',
  effect: 'looks',
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

  async handler(_args, context) {
    const { codes, why } = await countriesKnown(context);
    if (why !== undefined) context.warn(why);
    const countries = codes.flatMap((code) => {
      const name = nameOfCountry(code);
      return name === undefined ? [] : [{ code, name }];
    });
    return { countries };
  },
});
