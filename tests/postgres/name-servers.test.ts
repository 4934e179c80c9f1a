// The nameservers of servers that share a store: each copies the zones of the others automatically.
import pg from 'pg';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { describeWith } from '../support/require-tool.ts';
import { SandboxServices, until } from '../support/sandbox-services.ts';
import { run } from '../support/command.ts';
import { startFleet, type Member } from './fleet.ts';

jest.setTimeout(240_000);

describeWith(['named', 'named-checkzone', 'dig'], 'nameservers of a shared store', () => {
  let database: TestDatabase;
  let members: Member[];
  let remove: () => Promise<void>;
  const running = new Map<Member, SandboxServices>();

  beforeAll(async () => {
    const made = makeTestDatabase();
    if (made === undefined) throw new Error('Run this with `npm run test:postgres`.');
    database = made;
    // Its worker configures a nameserver when another one is added or removed.
    ({ members, remove } = await startFleet(database.url, 2));
  });
  afterAll(async () => {
    for (const services of running.values()) await services.end();
    await remove();
    database.remove();
  });

  async function serve(member: Member): Promise<SandboxServices> {
    const services = await SandboxServices.start({ state: member.state, env: member.environment });
    running.set(member, services);
    return services;
  }
  const ok = async (member: Member, ...words: string[]) => {
    const { metadata } = await member.cli(words);
    expect({ words, ...metadata }).toMatchObject({ result: 1 });
  };

  it('serve each other’s zones as soon as there are two, and every later change', async () => {
    const [web1, web2] = members as [Member, Member];
    const first = await serve(web1);
    await ok(web1, 'adddns', 'domain=one.example', 'ip=192.0.2.1');
    let second = await serve(web2);
    await until(() => second.dig('one.example', 'A') === '192.0.2.1');

    await ok(web2, 'adddns', 'domain=two.example', 'ip=192.0.2.2');
    await until(() => first.dig('two.example', 'A') === '192.0.2.2');
    await ok(web1, 'addzonerecord', 'domain=one.example', 'name=shop', 'type=A', 'address=192.0.2.3');
    await until(() => second.dig('shop.one.example', 'A') === '192.0.2.3');
    await ok(web2, 'killdns', 'domain=two.example');
    await until(() => first.dig('two.example', 'A') === 'REFUSED');

    // No other client can copy them, on either server.
    for (const services of [first, second]) expect(services.dig('one.example', 'AXFR')).toBe('REFUSED');
    const listed = await run(['--secondaries'], { state: web1.state, env: web1.environment });
    expect(listed.stdout).toContain(`127.0.0.1:${second.port}`);
    expect(listed.stdout).toContain('web2');

    // It starts again at another port, and the others learn that.
    await second.end();
    await ok(web1, 'adddns', 'domain=meanwhile.example', 'ip=192.0.2.4');
    second = await serve(web2);
    await until(() => second.dig('meanwhile.example', 'A') === '192.0.2.4');
    await ok(web1, 'adddns', 'domain=later.example', 'ip=192.0.2.5');
    await until(() => second.dig('later.example', 'A') === '192.0.2.5');

    // The zones of a forgotten one are no longer copied.
    await ok(web2, 'adddns', 'domain=two.example', 'ip=192.0.2.2');
    await until(() => first.dig('two.example', 'A') === '192.0.2.2');
    await second.end();
    running.delete(web2);
    await web2.end();
    // It was not active for an hour.
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query("UPDATE audit_record SET time = time - 3600000 WHERE server = 'web2'");
    await client.end();
    const words = ['--forget-server', 'web2', '--accounts', 'remove'];
    expect(await run(words, { state: web1.state, env: web1.environment })).toMatchObject({ status: 0 });
    await until(() => first.dig('two.example', 'A') === 'REFUSED');
    expect(first.dig('one.example', 'A')).toBe('192.0.2.1');
  });
});
