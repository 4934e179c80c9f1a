// What `npm run new` fills in from the catalogue. tests/soak/scaffold.test.ts runs the script.
import { describe as describeEntry, readEntry } from '../../scripts/new/from-catalogue.ts';
import type { CatalogueEntry } from '../../src/catalogue/entry.ts';

test('a function gets what the catalogue knows, and FILL_IN where it does not', () => {
  const entry: CatalogueEntry = {
    since: 11,
    summary: 'Show how many messages were sent, by sender.',
    method: 'GET',
    params: {
      enddate: { type: 'integer', doc: 'An older name of endtime.' },
      endtime: { type: 'integer', doc: 'The end of the period.' },
      nosize: { type: 'flag', default: '0', doc: '1: omit the sizes of the messages.' },
    },
    returns: { records: [{ SENDCOUNT: 'integer' }] },
  };
  const { since, summary, params, returns } = describeEntry(entry);
  expect([since, summary]).toEqual(['11', expect.stringMatching(/^"Show how many messages were sent, /)]);
  // The catalogue lists the older name as a separate parameter.
  expect(params).toMatch(/endtime: \{ *type: "integer", *alias: \["enddate"\]/);
  expect(params).not.toMatch(/enddate: \{/);
  expect(params).toMatch(
    /nosize: \{ *type: "flag", *default: 0, *doc: "1: omit the sizes of the messages\." *\}/,
  );
  expect(returns).toMatch(/records: \{ list: \{ fields: \{/);
  expect(returns).toMatch(/SENDCOUNT: \{ type: 'integer', doc: FILL_IN \}/);
});

test('the catalogue has an entry of a function that is not provided', () => {
  expect(readEntry('modsecurity', 'modsec_get_log')).toMatchObject({ since: expect.any(Number) as number });
  expect(readEntry('accounts', 'createacct')).toBe(undefined);
});
