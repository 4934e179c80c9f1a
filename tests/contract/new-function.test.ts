// What `npm run new` fills in from the catalogue. tests/soak/scaffold.test.ts runs the script.
import { describe as describeEntry, readEntry } from '../../scripts/new/from-catalogue.ts';

test('a function gets what the catalogue knows, and FILL_IN where it does not', () => {
  const entry = readEntry('mail', 'emailtrack_stats');
  if (entry === undefined) throw new TypeError('The catalogue does not have it.');
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
