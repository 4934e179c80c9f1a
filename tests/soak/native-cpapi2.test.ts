// The native command cpapi2, dist/cpapi2, as root and as an ordinary user: the server runs it, and it prints what the
// program in Node prints. native-uapi.test.ts has what both commands share.
import { auditLog } from '../process/state.ts';
import {
  AccountCommand,
  exampleLines,
  isInStore,
  isNative,
  isRoot,
  lasting,
  NO_NODE,
} from '../support/account-command.ts';
import type { RunningServer } from '../support/running-server.ts';
import { until } from '../support/until.ts';

const describeNative = isNative ? describe : describe.skip;
const describeAsRoot = isNative && isRoot ? describe : describe.skip;

const job = ['command=/bin/true', 'minute=5', 'hour=4', 'day=*', 'month=*', 'weekday=*'];

let here: AccountCommand;
let server: RunningServer;

beforeAll(async () => {
  here = await AccountCommand.create('api2');
  here.copyProgram();
});
afterAll(() => {
  here.remove();
});

// A server of one test is not there for the next one.
beforeEach(async () => (server = await here.serve()));
afterEach(() => server.stop());

describeNative('as the owner of the installation', () => {
  test('calls in the store go to the server, and print the same', async () => {
    await here.untilServed();
    for (const words of await exampleLines('api2', 4, isInStore)) {
      const argv = ['--user=bob', ...words];
      expect([argv, lasting(await here.natively(argv))]).toEqual([argv, lasting(await here.inNode(argv))]);
    }
    const argv = ['--user=bob', 'DomainLookup', 'countbasedomains'];
    await until(async () => {
      expect(await here.natively(argv)).toEqual(await here.inNode([...argv]));
      return auditLog(here.state).lines.some(
        (line) => line.function === 'DomainLookup::countbasedomains' && line.through === 'whmapi1d',
      );
    });
  });

  test('it makes the calls itself that are not for the server', async () => {
    await here.untilServed();
    for (const argv of [
      [],
      ['--help', 'Cron'],
      ['--user=bob', 'Cron'],
      ['--user=bob', 'Nothing', 'nothing'],
      ['--user=bob', 'DomainInfo', 'list_domains'],
      ['--openapi'],
      ['DomainLookup', 'countbasedomains'],
    ]) {
      expect([argv, await here.natively(argv)]).toEqual([argv, await here.inNode(argv)]);
    }
  });
});

describeAsRoot('as an ordinary user', () => {
  beforeEach(() => here.untilUserIsServed());

  test('calls of every kind go to the server, and print the same', async () => {
    const kinds = await exampleLines('api2', 8);
    let taken = 0;
    for (const argv of [
      ...kinds,
      ['--dry-run', 'Cron', 'add_line', ...job],
      ['--output=json', 'Cron', 'nothing'],
      ['--output=json', 'DomainInfo', 'list_domains'],
      ['Cron', 'add_line'],
      ['-q', 'DomainLookup', 'countbasedomains', 'no=1'],
    ]) {
      const [one, other] = [await here.served(argv), await here.node(argv)];
      // It was not taken in time.
      if (one.status === NO_NODE) continue;
      taken++;
      expect([argv, lasting(one)]).toEqual([argv, lasting(other)]);
    }
    expect(taken).toBeGreaterThan(kinds.length / 4);
  });

  test('a cron job is made for the user', async () => {
    await until(async () => (await here.served(['Cron', 'add_line', ...job])).status === 0);
    expect((await here.node(['Cron', 'listcron'])).stdout).toContain('command: /bin/true');
    expect(
      auditLog(here.state)
        .lines.filter((line) => line.function === 'Cron::add_line')
        .at(-1),
    ).toMatchObject({
      caller: 'bob',
    });
  });
});
