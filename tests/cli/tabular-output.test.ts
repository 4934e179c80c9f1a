// --output=table and --output=csv, and --fields, --filter, --sort and --quiet.
import { Terminal } from '../support/terminal.ts';

const terminal = new Terminal();
beforeAll(async () => {
  for (const [name, plan] of [
    ['bob', 'default'],
    ['ann', 'gold'],
    ['zoe', 'gold'],
  ] as const) {
    if (plan === 'gold') await terminal.run('addpkg', 'name=gold', 'quota=100');
    await terminal.run('createacct', `username=${name}`, `domain=${name}.example`, `plan=${plan}`);
  }
});
beforeEach(() => {
  terminal.seen = [];
  terminal.size = undefined;
});
afterAll(() => terminal.remove());

const table = (...words: string[]) => terminal.run('--output=table', ...words);
const csv = (...words: string[]) => terminal.run('--output=csv', ...words);

describe('a table', () => {
  test('has a line for each record, the fields as headings, and numbers aligned to the right', async () => {
    const { status, stdout, stderr } = await table('listaccts', '--fields=user,plan,disklimit,suspended');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(
      [
        'user  plan     disklimit  suspended',
        'ann   gold          100M          0',
        'bob   default  unlimited          0',
        'zoe   gold          100M          0',
        '',
      ].join('\n'),
    );
  });

  test('of accounts shows the most useful fields by default', async () => {
    const { stdout } = await terminal.run('-o', 'table', 'listaccts');
    expect(stdout.split('\n')[0]?.split(/ +/)).toEqual(
      'user domain plan owner ip diskused disklimit suspended'.split(' '),
    );
  });

  test('of plain values has one column, named like the list', async () => {
    expect((await table('list_users')).stdout).toBe('users\nroot\nann\nbob\nzoe\n');
  });

  test('of a function without a list has a row for each field', async () => {
    expect((await table('version')).stdout).toMatch(/^field {4}value\nversion {2}\d+\.\d+\.\d+\n$/);
    const { stdout } = await table('get_public_contact');
    expect(stdout).toMatch(/^field +value$/m);
    const one = await table('acctcounts', 'user=root');
    expect(one.stdout).toMatch(/^reseller\.active +\d+$/m);
  });

  test('is as wide as needed in a pipe, and says so if the list is empty', async () => {
    const { stdout, stderr } = await table('listaccts', '--filter=user=nobody');
    expect(stdout).toMatch(/^user {2}domain/);
    expect(stderr).toBe('whmapi1: the list is empty.\n');
  });

  test.each([40, 80, 200])('fits a terminal of %d columns', async (columns) => {
    terminal.seen = ['stdout', 'stderr'];
    terminal.size = { columns, rows: 24 };
    const { stdout, stderr } = await table('--color=never', 'listaccts');
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    expect(lines[1]).toMatch(/^ann /);
    expect(stderr === '').toBe(columns > 40);
    if (columns === 40) expect(stderr).toContain('no room for diskused, disklimit, suspended');
  });

  test('has a bold heading on a terminal, where --fields is also shortened with an ellipsis', async () => {
    const narrow = ['listaccts', '--fields=user,domain,startdate'];
    expect((await table(...narrow)).stdout).not.toContain('…');
    terminal.seen = ['stdout'];
    terminal.size = { columns: 26, rows: 24 };
    const { stdout } = await table(...narrow);
    expect(stdout).toMatch(/^\u001b\[1muser/);
    expect(stdout).toContain('…');
  });

  test('prints the reason of a failure on standard error, with the usual exit status', async () => {
    for (const run of [table, csv]) {
      const { status, stdout, stderr } = await run('suspendacct', 'user=nobody');
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toBe('whmapi1: suspendacct: You do not have a user named “nobody”.\n');
    }
  });

  test('describes a call without data, and its warnings, on standard error', async () => {
    const { status, stdout, stderr } = await table('--dry-run', 'suspendacct', 'user=bob', 'colour=red');
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toMatch(/^whmapi1: warning: .*“colour”/);
    expect(stderr).toMatch(/\nwhmapi1: Lock the password of “bob”/);
    expect(stderr).toMatch(/\nwhmapi1: suspendacct: OK\n$/);
  });
});

describe('CSV', () => {
  test('has a header line, CRLF, and all fields', async () => {
    const { stdout } = await csv('listaccts', '--fields=domain,user', '--filter=plan=gold');
    expect(stdout).toBe('domain,user\r\nann.example,ann\r\nzoe.example,zoe\r\n');
    const all = await csv('listaccts');
    expect(all.stdout.split('\r\n')[0]?.split(',').length).toBeGreaterThan(35);
  });
});

describe('--sort', () => {
  test('sorts by fields, descending after a minus sign', async () => {
    const sorted = async (...words: string[]) =>
      (await csv('listaccts', '--fields=user,plan', ...words)).stdout
        .split('\r\n')
        .slice(1, -1)
        .map((row) => row.split(',')[0]);
    expect(await sorted('--sort=user')).toEqual(['ann', 'bob', 'zoe']);
    expect(await sorted('--sort=-user')).toEqual(['zoe', 'bob', 'ann']);
    expect(await sorted('--sort', '-plan,user')).toEqual(['ann', 'zoe', 'bob']);
  });

  test('compares numbers as numbers if the description says that they are numbers', async () => {
    const { stdout } = await terminal.run('-o', 'json', 'listaccts', '--sort=-uid', '--fields=uid');
    const { data } = JSON.parse(stdout) as { data: { acct: { uid: unknown }[] } };
    const uids = data.acct.map(({ uid }) => Number(uid));
    expect(uids).toEqual([...uids].sort((a, b) => b - a));
  });
});

describe('--filter', () => {
  const users = async (...filters: string[]) => {
    const words = filters.map((filter) => `--filter=${filter}`);
    const { stdout } = await csv('listaccts', '--fields=user,domain,plan,unix_startdate', ...words);
    return stdout
      .split('\r\n')
      .slice(1, -1)
      .map((row) => row.split(',')[0]);
  };

  test.each([
    [['user=bob'], ['bob']],
    [['user=bo'], []],
    [['user~o'], ['bob', 'zoe']],
    [['domain^an'], ['ann']],
    [['plan=gold', 'user~z'], ['zoe']],
    [['unix_startdate>1000000000'], ['ann', 'bob', 'zoe']],
    [['unix_startdate<=1000000000'], []],
    [['*~zoe'], ['zoe']],
  ])('%j keeps %j', async (filters, kept) => {
    expect(await users(...filters)).toEqual(kept);
  });
});

describe('options that do not fit are rejected, and no call is made', () => {
  test.each([
    [['version', '--fields=version'], '“version” does not return a list'],
    [['suspendacct', 'user=bob', '--filter=user=bob'], '“suspendacct” does not return a list'],
    [['listaccts', '--filter=user'], 'Invalid --filter: use FIELD=VALUE'],
    [['listaccts', '--fields=user,,plan'], 'Invalid --fields'],
    [['listaccts', '--sort=-'], 'Invalid --sort'],
    [['listaccts', '--fields=user', '--sort=plan'], '--sort names “plan”, which --fields leaves out'],
    [
      ['listaccts', '--fields=user', 'api.columns.a=user'],
      'Use either --fields or the arguments api.columns.*',
    ],
    [['listaccts', '--sort=user', 'api.sort.enable=1'], 'Use either --sort or the arguments api.sort.*'],
    [
      ['listaccts', '--filter=user=a', 'api.filter.enable=1'],
      'Use either --filter or the arguments api.filter.*',
    ],
  ])('%j', async (words, message) => {
    const { status, stdout, stderr } = await terminal.run(...words);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('a field that does not exist makes the call fail', async () => {
    const { status, stderr } = await table('listaccts', '--fields=user,colour');
    expect(status).toBe(1);
    expect(stderr).toContain('colour');
  });
});

describe('--quiet', () => {
  test('prints only warnings if the call succeeds', async () => {
    expect(await terminal.run('--quiet', 'version')).toEqual({ status: 0, stdout: '', stderr: '' });
    const warned = await terminal.run('-q', 'version', 'colour=red');
    expect(warned).toMatchObject({ status: 0, stdout: '' });
    expect(warned.stderr).toMatch(/^whmapi1: warning: .*“colour”.*\n$/);
  });

  test('prints the response of a call that fails', async () => {
    const { status, stdout } = await terminal.run('-q', '-o', 'json', 'suspendacct', 'user=nobody');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ metadata: { result: 0, error_code: 'not_found' } });
  });
});

describe('a table of a zone', () => {
  const expected = (type: string, value: string) =>
    new RegExp(`^ *\\d+ +zone\\.example\\.? +\\d+ +${type} +${value}`, 'm');

  test.each([
    ['parse_dns_zone', 'zone=zone.example'],
    ['dumpzone', 'domain=zone.example'],
  ])('by %s has the name, TTL, type and value of each record', async (name, argument) => {
    await terminal.run('adddns', 'domain=zone.example', 'ip=192.0.2.7');
    await terminal.run(
      'addzonerecord',
      'domain=zone.example',
      'name=zone.example.',
      'type=TXT',
      'txtdata=two words',
    );
    const { stdout } = await table(name, argument);
    expect(stdout).toMatch(/^ *line +name +ttl +type +value *$/m);
    expect(stdout).toMatch(expected('A', '192\\.0\\.2\\.7'));
    expect(stdout).toMatch(expected('TXT', '"two words"'));
  });

  test('has other fields on request', async () => {
    const { stdout } = await table('parse_dns_zone', 'zone=zone.example', '--fields=line_index,record_type');
    expect(stdout).toMatch(/^ *line_index +record_type *$/m);
  });
});
