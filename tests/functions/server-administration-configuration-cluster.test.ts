import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import * as tasks from '../../src/ground/rules/tasks/tasks.ts';
import { makeCertificate, ok, OwnServer, ScriptedServer, type Certificate } from '../remote/servers.ts';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

let certificate: Certificate;
let here: Installation;
let web2: OwnServer;
beforeAll(async () => {
  certificate = await makeCertificate();
});
beforeEach(async () => {
  here = new Installation();
  web2 = await OwnServer.start(certificate);
});
afterEach(async () => {
  await web2.stop();
  here.remove();
});

const key = 'chkservd_check_interval';
const add = async (server: OwnServer, args: Record<string, Json> = {}) =>
  here.call('add_configclusterserver', {
    name: server.host,
    user: 'root',
    key: await server.token(),
    pin: certificate.pin,
    ...args,
  });
const list = async () => (await here.call('list_configclusterservers')).data;
const set = (value: string, args: Record<string, Json> = {}) =>
  here.call('set_tweaksetting', { key, value, ...args });
const valueOn = async (installation: Installation) => {
  const { data } = await installation.call('get_tweaksetting', { key });
  return (data?.tweaksetting as { value: string }).value;
};
const tasksOf = ({ engine: { store } }: Installation) =>
  store.transaction('reads', async (db) => ({
    value: (await tasks.list(db)).filter(({ kind }) => kind === 'push-setting'),
    keep: false,
  }));
const failure = async (answer: ReturnType<Installation['call']>) => {
  const { metadata } = await answer;
  return [metadata.result, metadata.error_code, metadata.reason];
};
/** An address at which nothing listens. */
const NOBODY = '127.0.0.1:1';

describe('add_configclusterserver', () => {
  it('logs in there, and shows the server without its key', async () => {
    const token = await web2.token();
    expect((await add(web2, { key: token })).metadata.result).toBe(1);
    const servers = await list();
    expect(servers).toEqual({
      [web2.host]: {
        user: 'root',
        signature: expect.stringMatching(/^[0-9a-f]{2}(?::[0-9a-f]{2}){15}$/) as string,
      },
    });
    expect(web2.here.audit().map((line) => line.function)).toContain('myprivs');
    const files = readdirSync(here.state, { recursive: true, encoding: 'utf8' })
      .map((name) => join(here.state, name))
      .filter((path) => statSync(path).isFile());
    expect(files.filter((path) => readFileSync(path).includes(token))).toEqual([]);
  });

  it('accepts an access hash with its line breaks', async () => {
    const { data } = await web2.here.call('accesshash', { user: 'root', generate: 1 });
    expect((await add(web2, { key: data?.accesshash as string })).metadata.result).toBe(1);
  });

  it.each([
    ['a wrong key', { key: 'WRONG' }, 'login_refused', 'did not accept the login'],
    ['an unknown certificate', { pin: undefined }, 'remote_unreachable', 'of its certificate in “pin”'],
    [
      'another certificate',
      { pin: `sha256:${'0'.repeat(64)}` },
      'remote_unreachable',
      'Nothing was sent to it.',
    ],
    ['no server', { name: NOBODY }, 'remote_unreachable', 'could not be reached'],
    ['this server', { name: 'Server.example.com' }, 'bad_param', '“server.example.com” is this server.'],
    ['a URL', { name: 'https://web2.example.com/' }, 'bad_param', 'should be HOST or HOST:PORT'],
    ['a port that does not exist', { name: 'web2.example.com:70000' }, 'bad_param', 'HOST:PORT'],
    ['a bad pin', { pin: 'sha256:12' }, 'bad_param', '64 hexadecimal digits'],
  ])('rejects %s, and stores nothing', async (_what, args, code, reason) => {
    const given = Object.fromEntries(
      Object.entries({
        name: web2.host,
        user: 'root',
        key: await web2.token(),
        pin: certificate.pin,
        ...args,
      }).filter(([, value]) => value !== undefined),
    ) as Record<string, Json>;
    expect(await failure(here.call('add_configclusterserver', given))).toEqual([
      0,
      code,
      expect.stringContaining(reason),
    ]);
    expect(await list()).toEqual({});
  });

  it('rejects a token that may not change settings there', async () => {
    const { data } = await web2.here.call('api_token_create', {
      token_name: 'limited',
      'acl-1': 'list-accts',
    });
    expect(await failure(add(web2, { key: data?.token as string }))).toEqual([
      0,
      'denied',
      `The user “root” of “${web2.host}” does not have all privileges, so it cannot change settings there. ` +
        'Use root, or a token with all privileges.',
    ]);
  });

  it('rejects a server that is already in the cluster', async () => {
    await add(web2);
    expect(await failure(add(web2))).toEqual([0, 'bad_param', expect.stringContaining('is already in the')]);
  });
});

describe('update_configclusterserver and delete_configclusterserver', () => {
  it('replaces the key, after a login with it', async () => {
    await add(web2);
    const before = await list();
    expect(
      (await failure(here.call('update_configclusterserver', { name: web2.host, key: 'WRONG' })))[1],
    ).toBe('login_refused');
    expect(await list()).toEqual(before);
    const update = { name: web2.host, key: await web2.token() };
    expect((await here.call('update_configclusterserver', update)).metadata.result).toBe(1);
    expect(await list()).not.toEqual(before);
  });

  it('deletes a server', async () => {
    await add(web2);
    await here.call('delete_configclusterserver', { name: web2.host });
    expect(await list()).toEqual({});
  });

  it.each(['update_configclusterserver', 'delete_configclusterserver'])(
    '%s names an unknown server',
    async (name) => {
      const more = name.startsWith('update') ? { user: 'root' } : {};
      expect(await failure(here.call(name, { name: 'web3', ...more }))).toEqual([
        0,
        'not_found',
        '“web3” is not in the configuration cluster. To list its servers, run list_configclusterservers.',
      ]);
    },
  );
});

describe('set_tweaksetting in a cluster', () => {
  it('sets the option on all servers, which do not send it on', async () => {
    const web3 = await OwnServer.start(certificate);
    try {
      await add(web2);
      await add(web3);
      // A cluster in the other direction, which would make a loop.
      await web2.here.call('add_configclusterserver', {
        ...{ name: web3.host, user: 'root', key: await web3.token(), pin: certificate.pin },
      });
      const { metadata } = await set('60');
      expect(metadata.output?.messages).toEqual([
        `The task ${metadata.task} sends the setting to the configuration cluster (2 servers).`,
      ]);
      await runTasks(here);
      expect(await Promise.all([web2.here, web3.here].map(valueOn))).toEqual(['60', '60']);
      expect((await tasksOf(here)).map(({ state }) => state)).toEqual(['done']);
      expect(await tasksOf(web2.here)).toEqual([]);
    } finally {
      await web3.stop();
    }
  });

  it('reaches the others if one server fails, and that one later', async () => {
    const other = await ScriptedServer.start(certificate);
    try {
      const name = other.host;
      other.script = () => ok({ privileges: [{ all: 1 }] });
      await here.call('add_configclusterserver', { name, user: 'root', key: 'ABC', pin: certificate.pin });
      await add(web2);
      other.script = ({ socket }) => void socket.destroy();
      expect((await set('90')).metadata.result).toBe(1);
      await runTasks(here);
      expect(await valueOn(web2.here)).toBe('90');
      const [task] = await tasksOf(here);
      expect(task).toMatchObject({
        state: 'waiting',
        reason: expect.stringContaining(`“${key}” did not reach 1 of 2 servers. “${name}”: `) as string,
      });
      const log = readFileSync(join(here.state, 'tasks', `${task?.id}.log`), 'utf8');
      expect(log).toContain(`“${web2.host}” has “${key}” now.`);

      // The retry sends a later value, not the one at the time of the call.
      await here.call('set_tweaksetting', { key, value: '120', push: '0' });
      other.requests.length = 0;
      other.script = () => ok();
      here.time += 5 * 60_000;
      await runTasks(here);
      const [request] = other.requests;
      expect(request?.path).toBe('/json-api/set_tweaksetting');
      expect(Object.fromEntries(new URLSearchParams(request?.body))).toMatchObject({
        key,
        value: '120',
        push: '0',
      });
      expect((await tasksOf(here)).map(({ state }) => state)).toEqual(['done']);
      expect(await valueOn(web2.here)).toBe('120');
    } finally {
      await other.stop();
    }
  });

  it('sends again what changes while it is sent', async () => {
    const other = await ScriptedServer.start(certificate);
    try {
      other.script = () => ok({ privileges: [{ all: 1 }] });
      const name = other.host;
      await here.call('add_configclusterserver', { name, user: 'root', key: 'ABC', pin: certificate.pin });
      await set('60');
      other.requests.length = 0;
      other.script = async () => {
        if (other.requests.length === 1) await here.call('set_tweaksetting', { key, value: '61', push: '0' });
        return ok();
      };
      await runTasks(here);
      expect(other.requests.map(({ body }) => new URLSearchParams(body).get('value'))).toEqual(['60', '61']);
    } finally {
      await other.stop();
    }
  });

  it('sends nothing of the module Basic, nothing with push=0, and nothing without servers', async () => {
    await set('60');
    await add(web2);
    await set('61', { push: '0' });
    await here.call('set_tweaksetting', { key: 'NS', module: 'Basic', value: 'ns1.example.com' });
    expect(await tasksOf(here)).toEqual([]);
  });

  it('ends for a server that left the cluster meanwhile', async () => {
    await add(web2);
    await set('60');
    await here.call('delete_configclusterserver', { name: web2.host });
    await runTasks(here);
    expect((await tasksOf(here)).map(({ state }) => state)).toEqual(['done']);
    expect(await valueOn(web2.here)).toBe('300');
  });
});

describe('settings of updates in a cluster', () => {
  const updatesOn = async (installation: Installation) => {
    const path = join(installation.state, 'root/etc/apt/apt.conf.d/90whmapi1');
    return existsSync(path) ? readFileSync(path, 'utf8').match(/^whmapi1::Updates::.*$/gm) : null;
  };

  it.each([
    ['set_tier', { tier: '1.4' }, ['whmapi1::Updates::CPANEL "1.4";']],
    ['set_cpanel_updates', { updates: 'manual' }, ['whmapi1::Updates::UPDATES "manual";']],
    [
      'update_updateconf',
      { RPMUP: 'never', SECURITY_UPDATES: 'daily' },
      ['whmapi1::Updates::RPMUP "never";', 'whmapi1::Updates::SECURITY_UPDATES "daily";'],
    ],
  ])('%s sets them on all servers, which do not send them on', async (name, args, lines) => {
    await add(web2);
    await web2.here.call('add_configclusterserver', {
      ...{ name: web2.host, user: 'root', key: await web2.token(), pin: certificate.pin },
    });
    const { metadata } = await here.call(name, args);
    expect(metadata.output?.messages).toEqual([
      'A task sends the settings to the configuration cluster (1 server).',
    ]);
    await runTasks(here);
    // What was never set there gets the value that is in force.
    expect(await updatesOn(web2.here)).toEqual(expect.arrayContaining(lines));
    expect((await tasksOf(here)).map(({ state }) => state)).toEqual(['done']);
    expect(await tasksOf(web2.here)).toEqual([]);
  });

  it('sends the present values, and only what was set', async () => {
    const other = await ScriptedServer.start(certificate);
    try {
      other.script = () => ok({ privileges: [{ all: 1 }] });
      const name = other.host;
      await here.call('update_updateconf', { RPMUP: 'manual' });
      await here.call('add_configclusterserver', { name, user: 'root', key: 'ABC', pin: certificate.pin });
      await here.call('set_cpanel_updates', { updates: 'never' });
      await here.call('set_cpanel_updates', { updates: 'manual', push: 0 });
      other.requests.length = 0;
      other.script = () => ok();
      await runTasks(here);
      expect(other.requests.map(({ path }) => path)).toEqual(['/json-api/update_updateconf']);
      const words = Object.fromEntries(new URLSearchParams(other.requests[0]?.body));
      expect(words).toMatchObject({ UPDATES: 'manual', push: '0' });
      expect(words).not.toHaveProperty('RPMUP');
    } finally {
      await other.stop();
    }
  });

  it('sends nothing without servers, with push=0, in a dry run, or if the change fails', async () => {
    await here.call('set_tier', { tier: 'stable' });
    await add(web2);
    await here.call('set_tier', { tier: 'lts', push: 0 });
    await here.call('set_tier', { tier: 'edge' }, { dryRun: true });
    const path = join(here.state, 'root/etc/apt/apt.conf.d/90whmapi1');
    writeFileSync(path, 'somebody else’s');
    expect((await here.call('set_tier', { tier: 'current' })).metadata.result).toBe(0);
    expect(await tasksOf(here)).toEqual([]);
  });

  it('says why a server does not have them yet', async () => {
    const other = await ScriptedServer.start(certificate);
    try {
      other.script = () => ok({ privileges: [{ all: 1 }] });
      const name = other.host;
      await here.call('add_configclusterserver', { name, user: 'root', key: 'ABC', pin: certificate.pin });
      other.script = ({ socket }) => void socket.destroy();
      await here.call('update_updateconf', { RPMUP: 'never', SECURITY_UPDATES: 'never' });
      await runTasks(here);
      const [task] = await tasksOf(here);
      expect(task).toMatchObject({ state: 'waiting', caller: 'root' });
      expect(task?.reason).toMatch(/^“RPMUP, SECURITY_UPDATES” did not reach 1 of 1 servers\. /);
    } finally {
      await other.stop();
    }
  });
});
