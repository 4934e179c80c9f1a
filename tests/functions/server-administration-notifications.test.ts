// Notifications about services: what the watch and restarts report, and how the task delivers it. Mail goes to a program that
// records it, web addresses are a real HTTPS server.
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MachineError } from '../../src/core/machine-error.ts';
import { run } from '../../src/machine/linux/run.ts';
import { Sendmail } from '../../src/machine/outbound/mailers.ts';
import { Outbound } from '../../src/machine/outbound/outbound.ts';
import { RecordedServices } from '../../src/machine/services/recorded.ts';
import { notify } from '../../src/capabilities/notify/rules/notify.ts';
import * as tasks from '../../src/ground/rules/tasks/tasks.ts';
import { StateDirectory } from '../../src/store/state-directory.ts';
import { TaskLogFiles } from '../../src/store/task-logs.ts';
import { taskKinds } from '../../src/capabilities/tasks.generated.ts';
import { ServiceWatch } from '../../src/worker/service-watch.ts';
import { Worker } from '../../src/worker/worker.ts';
import { Logins } from '../support/brute-force.ts';
import { HttpsServer } from '../support/https-server.ts';
import { Installation } from '../support/installation.ts';

/** The services of a machine without systemd: states are recorded, and restarts can fail. */
class Services extends RecordedServices {
  override readonly isSupported = true as never;
  problem: string | undefined;

  /** The units that have ended by themselves. */
  readonly ended = new Set<string>();

  override async restart(unit: string): Promise<void> {
    if (this.problem !== undefined) throw new MachineError('failed', this.problem);
    await super.restart(unit);
    this.ended.delete(unit);
  }

  override async states(units: readonly string[]) {
    const found = await super.states(units);
    const isEnded = (unit: string) => this.ended.has(unit) && { isEnabled: true, state: 'failed' };
    return new Map([...found].map(([unit, state]) => [unit, { ...state, ...isEnded(unit) }]));
  }
}

const server = new HttpsServer();
beforeAll(() => server.start('hook.example', 'push.example'));
afterAll(() => server.stop());

let here: Installation;
let services: Services;
let watch: ServiceWatch;
beforeEach(async () => {
  server.reset();
  here = new Installation();
  services = new Services(join(here.directory, 'services', 'services.json'));
  const outbound = new Outbound({
    networks: ['127.0.0.0/8'],
    certificates: server.certificate,
    pushbullet: server.url('push.example'),
    lookup: async () => [{ address: '127.0.0.1', family: 4 }],
  });
  here.overrides.machine = {
    ...here.engine.machine,
    services: async () => services,
    outbound: async () => outbound,
    mailer: async () => new Sendmail(run, join(here.directory, 'sendmail')),
  };
  watch = new ServiceWatch({ engine: here.engine, intervalMs: async () => 1 });
  await installSendmail();
  // The cron daemon is checked by its state only.
  await here.call('configureservice', { service: 'crond', enabled: 1, monitored: 1 });
  await here.call('update_contact_email', { contact_email: 'ann@example.com' });
});
afterEach(() => here.remove());

const record = () => join(here.directory, 'mails');
async function installSendmail(): Promise<void> {
  const program = join(here.directory, 'sendmail');
  // A file for each message, because tasks run at the same time.
  writeFileSync(program, `#!/bin/sh\nmkdir -p ${record()}\n{ echo "$*"; cat; } > ${record()}/$$\n`);
  chmodSync(program, 0o755);
}
/** The messages since the last call, each with its arguments in the first line. */
function mails(): string[] {
  if (!existsSync(record())) return [];
  const all = readdirSync(record()).map((name) => readFileSync(join(record(), name), 'utf8'));
  rmSync(record(), { recursive: true });
  return all;
}
/** Sorted, because tasks run at the same time. */
const subjects = () =>
  mails()
    .map((mail) => /^Subject: (.*)$/m.exec(mail)?.[1])
    .sort();

const logs = () => new TaskLogFiles(new StateDirectory(here.state, process.getuid?.() ?? 0), () => here.time);
async function runTasks(): Promise<void> {
  const worker = new Worker({
    ...{ engine: here.engine, kinds: taskKinds, logs: logs() },
    storeState: () => here.application.storeState(),
  });
  await worker.runDue();
}
const notifications = async () => {
  const all = await here.engine.store.transaction('reads', async (db) => ({
    value: await tasks.list(db),
    keep: false,
  }));
  return all.filter(({ kind }) => kind === 'send-notification');
};
const set = (key: string, value: string) => here.call('set_tweaksetting', { key, value, module: 'Basic' });
const tell = (subject: string, body = 'Text.') =>
  here.engine.store.transaction('changes', async (db) => ({
    value: await notify(db, { app: 'chkservd', event: 'crond', subject, body }, { now: here.time, xid: 'x' }),
    keep: true,
  }));

describe('a watched service', () => {
  it('that stops is restarted, and administrators are told of the failure and the recovery', async () => {
    await services.stop('cron');
    expect(await watch.check()).toEqual(['crond']);
    await runTasks();
    expect(subjects()).toEqual([
      '[server.example.com] The service crond failed',
      '[server.example.com] The service crond works again',
    ]);
    expect(await watch.check()).toEqual([]);
    await runTasks();
    expect(mails()).toEqual([]);
  });

  it('that ends by itself is restarted at the next glance, but not one that somebody has stopped', async () => {
    await services.stop('cron');
    expect(await watch.glance()).toEqual([]);
    services.ended.add('cron');
    expect(await watch.glance()).toEqual(['crond']);
    // Its restart waits already.
    expect(await watch.glance()).toEqual([]);
    await runTasks();
    expect(subjects()).toEqual([
      '[server.example.com] The service crond failed',
      '[server.example.com] The service crond works again',
    ]);
    expect(await watch.glance()).toEqual([]);
  });

  it('that does the work of a role is restarted if it ends by itself, although nobody monitors it', async () => {
    await services.enable('named');
    await services.start('named');
    services.ended.add('named');
    services.problem = '“named” did not start.';
    expect(await watch.glance()).toEqual(['named']);
    await runTasks();
    // Not every three seconds, but with each check.
    expect(await watch.glance()).toEqual([]);
    services.problem = undefined;
    expect(await watch.check()).toEqual(['named']);
    await runTasks();
    expect(services.ended.size).toBe(0);
    expect(await watch.check()).toEqual([]);
  });

  it('that cannot be restarted is reported once, however often it is tried', async () => {
    await services.stop('cron');
    services.problem = '“cron” did not start. Its log: no such file';
    for (let times = 0; times < 3; times++) {
      expect(await watch.check()).toEqual(['crond']);
      await runTasks();
    }
    const told = mails();
    expect(told).toHaveLength(2);
    expect(told.join('')).toContain('no such file');
    services.problem = undefined;
    await watch.check();
    await runTasks();
    expect(subjects()).toEqual(['[server.example.com] The service crond works again']);
  });

  it('that somebody else repairs is reported as working', async () => {
    await services.stop('cron');
    services.problem = 'It is broken.';
    await watch.check();
    await runTasks();
    mails();
    await services.start('cron');
    expect(await watch.check()).toEqual([]);
    await runTasks();
    expect(subjects()).toEqual(['[server.example.com] The service crond works again']);
  });

  it('that is not watched any more is not reported', async () => {
    await services.stop('cron');
    services.problem = 'It is broken.';
    await watch.check();
    await runTasks();
    mails();
    await here.call('configureservice', { service: 'crond', monitored: 0 });
    await watch.check();
    await services.start('cron');
    await here.call('configureservice', { service: 'crond', monitored: 1 });
    await watch.check();
    await runTasks();
    expect(mails()).toEqual([]);
  });

  it('is restarted even if nobody can be told', async () => {
    rmSync(join(here.directory, 'sendmail'));
    await services.stop('cron');
    await watch.check();
    await runTasks();
    expect((await services.state('cron')).state).toBe('active');
    const [failed] = await notifications();
    expect(failed).toMatchObject({
      state: 'waiting',
      reason: expect.stringContaining('is not installed') as string,
    });
  });

  it('is silent if its notifications are disabled', async () => {
    await here.call('set_application_contact_event_importance', {
      ...{ app: 'chkservd', event: 'crond', importance: 'Disabled' },
    });
    await services.stop('cron');
    expect(await watch.check()).toEqual(['crond']);
    await runTasks();
    expect(await notifications()).toEqual([]);
  });
});

describe('cPHulk', () => {
  it('reports a blocked address once, if notify_on_brute is set', async () => {
    const logins = new Logins(here);
    await here.call('save_cphulk_config', { max_failures_byip: '3' });
    await logins.failTimes(3, 'eve\n', '203.0.113.1');
    await here.call('save_cphulk_config', { notify_on_brute: '1' });
    await logins.failTimes(6, 'eve\r\nBcc: x@example.com', '203.0.113.9');
    expect(await logins.state('bob', '203.0.113.9')).not.toBe('free');
    await runTasks();
    const told = mails();
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('Subject: [server.example.com] 203.0.113.9 is blocked');
    expect(told[0]).toContain('3 failed logins');
    expect(told[0]).not.toMatch(/^Bcc/m);
  });
});

describe('a notification', () => {
  it('is a message with safe headers, whatever its text', async () => {
    await tell('bad\r\nBcc: eve@example.com\n\nbody', '.\nFrom x\n—ü');
    await runTasks();
    const [mail = ''] = mails();
    const [start = '', ...rest] = mail.split('\n\n');
    const [words, ...headers] = start.split('\n');
    expect(words).toBe('-i -f root@server.example.com -- ann@example.com');
    const names = headers.filter((line) => !/^\s/.test(line)).map((line) => line.split(':')[0]);
    expect(names).toEqual(
      expect.arrayContaining(['From', 'To', 'Subject', 'Date', 'Message-ID', 'Auto-Submitted']),
    );
    expect(names).not.toContain('Bcc');
    expect(headers.join('\n')).toContain('To: ann@example.com');
    expect(headers.join('\n')).toContain('Date: Sun, 01 Mar 2026 12:00:10 +0000');
    expect(rest.join('\n\n')).toContain('chkservd (crond)');
  });

  it('goes to every place that receives its importance', async () => {
    await set('CONTACTPAGER', '5551234@sms.example.com');
    await set('CONTACTPOSTURL', server.url('hook.example', '/?key=Secret123'));
    await set('CONTACTPUSHBULLET', 'o.Secret123');
    server.answer = () => ({ body: '{}' });
    const heard = async (importance: string) => {
      await here.call('set_application_contact_importance', { app: 'chkservd', importance });
      await tell(importance);
      await runTasks();
      const places = [
        ...mails().map((mail) => /-- (.*)/.exec(mail)?.[1]),
        ...server.received.splice(0).map(({ host }) => host),
      ];
      return places;
    };
    const [mail, pager] = ['ann@example.com', '5551234@sms.example.com'];
    expect(await heard('High')).toEqual([mail, pager, 'hook.example', 'push.example']);
    expect(await heard('Low')).toEqual([mail, 'hook.example', 'push.example']);
    await set('contact_level_posturl', 'high');
    await set('contact_level_email', 'none');
    await set('contact_level_pager', 'medium');
    expect(await heard('Medium')).toEqual([pager, 'push.example']);
    for (const { id, input } of await notifications()) {
      expect(`${logs().read(id)} ${JSON.stringify(input)}`).not.toContain('Secret123');
    }
  });

  it('is tried again with growing delays, only where it was not received', async () => {
    await set('CONTACTPOSTURL', server.url('hook.example', '/?key=Secret123'));
    server.answer = () => ({ status: 500 });
    await tell('Hello');
    await runTasks();
    expect(mails()).toHaveLength(1);
    for (const minutes of [1, 2, 4]) {
      const [task] = await notifications();
      expect(task).toMatchObject({ state: 'waiting', notBefore: here.time + minutes * 60_000 });
      expect(task?.reason).toBe(
        `https://hook.example:${server.port} does not accept the message: it answers with the status 500 (Internal Server Error).`,
      );
      here.time += minutes * 60_000;
      await runTasks();
    }
    server.answer = () => ({});
    here.time += 8 * 60_000;
    await runTasks();
    expect(mails()).toEqual([]);
    expect(server.received).toHaveLength(5);
    const [task] = await notifications();
    expect(task).toMatchObject({ state: 'done', result: { places: 2 } });
    expect(logs().read(task?.id ?? 0)).toContain('The mail system accepted the message to ann@example.com.');
  });

  it('reaches mail even if the key of the secrets is lost', async () => {
    await set('CONTACTPOSTURL', server.url('hook.example'));
    rmSync(join(here.state, 'secret.key'));
    await tell('Hello');
    await runTasks();
    expect(mails()).toHaveLength(1);
    expect(server.received).toEqual([]);
    expect((await notifications())[0]?.reason).toContain('secret.key');
  });

  it('that nobody receives says what to set', async () => {
    await set('CONTACTEMAIL', '');
    await tell('Hello');
    await runTasks();
    const [task] = await notifications();
    expect(task).toMatchObject({ state: 'done', result: { places: 0 } });
    expect(logs().read(task?.id ?? 0)).toContain('Set CONTACTEMAIL');
  });
});
