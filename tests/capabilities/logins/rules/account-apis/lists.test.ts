// The list options of UAPI and API 2.
import {
  applyListOptions,
  readListOptions,
} from '../../../../../src/capabilities/logins/rules/account-apis/lists.ts';

const rows = [
  { name: 'b', size: 10, ip: '192.0.2.10' },
  { name: 'A', size: 9, ip: '192.0.2.9' },
  { name: 'c', size: 'unlimited' },
];

async function names(options: Record<string, string>, prefix = 'api.'): Promise<unknown[]> {
  const args = Object.entries(options).map(([name, value]) => ({ name: `${prefix}${name}`, value }));
  const read = await readListOptions(args, prefix);
  return read === undefined
    ? rows
    : applyListOptions(rows, read).items.map((row) => (row as { name: string }).name);
}

test.each([
  [{ filter_column: 'name', filter_term: 'a' }, ['A']],
  [{ filter: '1', filter_column: 'name', filter_type: 'eq', filter_term: 'a' }, []],
  [{ filter: '0', filter_column: 'name', filter_term: 'a' }, ['b', 'A', 'c']],
  [{ filter_column: 'name', filter_type: 'ends', filter_term: 'B' }, ['b']],
  [{ filter_column: 'name', filter_type: 'ne', filter_term: 'b' }, ['A', 'c']],
  [{ filter_column: 'name', filter_type: 'matches', filter_term: '^[bc]$' }, ['b', 'c']],
  [{ filter_column: 'size', filter_type: 'gt', filter_term: '9' }, ['b']],
  [{ filter_column: 'size', filter_type: 'gt_handle_unlimited', filter_term: '9' }, ['b', 'c']],
  [{ filter_column: 'size', filter_type: 'lt_handle_unlimited', filter_term: 'unlimited' }, ['b', 'A']],
  [{ filter_column: 'ip', filter_type: 'undefined' }, ['c']],
  [{ filter_column_0: 'ip', filter_type_0: 'defined', filter_column_1: 'size', filter_term_1: '10' }, ['b']],
  [{ filter_column: '*', filter_term: '192' }, ['b', 'A']],
  [{ sort_column: 'size', sort_method: 'numeric' }, ['A', 'b', 'c']],
  [{ sort_column: 'size' }, ['b', 'A', 'c']],
  [{ sort: '1', sort_column: 'ip', sort_method: 'ipv4', sort_reverse: '1' }, ['b', 'A', 'c']],
  // The spelling of cPanel’s own Node.js client.
  [{ sort: '1', sort_column: 'ip', sort_method: 'ipv_4', sort_reverse: '1' }, ['b', 'A', 'c']],
  [{ paginate_start: '2', paginate_size: '1' }, ['A']],
  [{ paginate: '1', paginate_page: '2', paginate_size: '2' }, ['c']],
  [{ paginate_start: '-1', paginate_size: '1' }, ['b', 'A', 'c']],
])('%j gives %j', async (options, expected) => {
  expect(await names(options)).toEqual(expected);
});

test('counts are in the metadata', async () => {
  const options = await readListOptions(
    [
      { name: 'api.filter_column', value: 'ip' },
      { name: 'api.filter_type', value: 'defined' },
      { name: 'api.paginate_size', value: '1' },
    ],
    'api.',
  );
  expect(options && applyListOptions(rows, options).metadata).toEqual({
    transformed: 1,
    filter: { records_before_filter: 3 },
    paginate: { total_pages: 2, total_results: 2, current_page: 1, results_per_page: 1, start_result: 1 },
  });
});

test('API 2 chooses columns by letters', async () => {
  const options = await readListOptions(
    [
      { name: 'api2_columns', value: '1' },
      { name: 'api2_columns_a', value: 'ip' },
      { name: 'api2_columns_b', value: '__proto__' },
    ],
    'api2_',
  );
  expect(options && applyListOptions(rows, options).items).toEqual([
    { ip: '192.0.2.10' },
    { ip: '192.0.2.9' },
    {},
  ]);
});

test.each([
  [{ filter_column: 'a', filter_type: 'like' }, /api\.filter_type “like” is not valid: use/],
  [{ filter_column: 'a', filter_type: 'toString' }, /is not valid/],
  [{ filter_column: 'a', filter_type: 'gt', filter_term: 'much' }, /should be a number/],
  [{ filter_column: 'a', filter_type: 'matches', filter_term: '(' }, /regular expression/],
  [{ sort_column: 'a', sort_method: 'magic' }, /api\.sort_method “magic” is not valid/],
  [{ paginate_size: 'ten' }, /api\.paginate_size “ten” should be a number/],
])('%j is refused', async (options, reason) => {
  await expect(names(options)).rejects.toThrow(reason);
});
