import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

interface Row {
  readonly app: string;
  readonly event: string;
  readonly importance: number;
  readonly name: string;
}
const all = async () =>
  ((await here.call('get_all_contact_importances')).data as unknown as { importances: Row[] }).importances;
const ofApp = async (app: string) => (await here.call('get_application_contact_importance', { app })).data;
const ofEvent = async (app: string, event: string) =>
  (await here.call('get_application_contact_event_importance', { app, event })).data;
const setApp = async (app: string, importance: string) =>
  (await here.call('set_application_contact_importance', { app, importance })).metadata;
const setEvent = async (app: string, event: string, importance: string) =>
  (await here.call('set_application_contact_event_importance', { app, event, importance })).metadata;

describe('get_all_contact_importances', () => {
  it('lists each application as a whole, and the services as events of chkservd', async () => {
    const rows = await all();
    expect(rows).toContainEqual({ app: 'chkservd', event: '*', importance: 1, name: 'High' });
    expect(rows).toContainEqual({ app: 'chkservd', event: 'httpd', importance: 1, name: 'High' });
    expect(rows).toContainEqual({ app: 'AutoSSL', event: '*', importance: 2, name: 'Medium' });
    const { service } = (await here.call('servicestatus')).data as { service: { name: string }[] };
    expect(rows.filter(({ app }) => app === 'chkservd').map(({ event }) => event)).toEqual([
      '*',
      ...service.map(({ name }) => name),
    ]);
  });

  it('shows the importances that were set', async () => {
    await setApp('chkservd', 'Low');
    await setEvent('chkservd', 'named', 'High');
    const rows = (await all()).filter(({ app, event }) => app === 'chkservd' && event !== 'named');
    expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(['Low']));
    expect((await all()).find(({ event }) => event === 'named')).toMatchObject({ importance: 1 });
  });

  it('is for root only, as are its relatives', async () => {
    const as = { as: reseller('rita', 'status', 'restart') };
    const args = { app: 'chkservd', event: 'httpd', importance: 'Low' };
    for (const [command, names] of [
      ['get_all_contact_importances', []],
      ['get_application_contact_importance', ['app']],
      ['get_application_contact_event_importance', ['app', 'event']],
      ['set_application_contact_importance', ['app', 'importance']],
      ['set_application_contact_event_importance', ['app', 'event', 'importance']],
    ] as const) {
      const given = Object.fromEntries(names.map((name: keyof typeof args) => [name, args[name]]));
      expect([command, (await here.call(command, given, as)).metadata.error_code]).toEqual([
        command,
        'denied',
      ]);
    }
  });
});

describe('get_application_contact_importance', () => {
  it('returns the number and the word', async () => {
    expect(await ofApp('Backup')).toEqual({ importance: 1, name: 'High' });
    await setApp('Backup', 'Disabled');
    expect(await ofApp('Backup')).toEqual({ importance: 0, name: 'Disabled' });
  });

  it.each([
    ['chkserv', 'There is no application “chkserv”. Did you mean “chkservd”?'],
    ['toString', 'There is no application “toString”. Run get_all_contact_importances for the list.'],
  ])('rejects the application %s', async (app, reason) => {
    const { metadata } = await here.call('get_application_contact_importance', { app });
    expect(metadata).toMatchObject({ error_code: 'bad_param', reason });
  });
});

describe('get_application_contact_event_importance', () => {
  it('returns the importance of the application if the event has none of its own', async () => {
    await setApp('chkservd', 'Medium');
    expect(await ofEvent('chkservd', 'exim')).toEqual({ importance: 2, name: 'Medium' });
    expect(await ofEvent('chkservd', '*')).toEqual({ importance: 2, name: 'Medium' });
  });
});

describe('set_application_contact_event_importance', () => {
  it('has precedence over the importance of the application, whichever is set last', async () => {
    await setEvent('chkservd', 'spamd', 'Disabled');
    await setApp('chkservd', 'Medium');
    expect(await ofEvent('chkservd', 'spamd')).toEqual({ importance: 0, name: 'Disabled' });
    expect(await ofEvent('chkservd', 'exim')).toEqual({ importance: 2, name: 'Medium' });
  });

  it.each([
    ['chkservd', 'http', 'The application “chkservd” has no event “http”. Did you mean “httpd”'],
    ['Market', 'Sold', 'The application “Market” has no event “Sold”. Use “*”, the application as a whole.'],
    ['backup', '*', 'There is no application “backup”. Did you mean “Backup”?'],
  ])('rejects %s %s, and stores nothing', async (app, event, reason) => {
    const before = await all();
    const metadata = await setEvent(app, event, 'Low');
    expect(metadata.error_code).toBe('bad_param');
    expect(metadata.reason).toContain(reason);
    expect(await all()).toEqual(before);
  });
});

describe('set_application_contact_importance', () => {
  it('warns if the application reports nothing here', async () => {
    const metadata = await setApp('Market', 'Low');
    expect(metadata.output?.warnings).toEqual([
      'The importance is stored, but this server does not send notifications of “Market” yet.',
    ]);
    expect((await setApp('chkservd', 'Low')).output).toBeUndefined();
  });

  it('accepts the four words of WHM', async () => {
    const metadata = await setApp('chkservd', 'urgent');
    expect(metadata.error_code).toBe('bad_param');
    expect(metadata.reason).toContain('High');
  });

  it('stores nothing in a dry run', async () => {
    await here.call(
      'set_application_contact_importance',
      { app: 'Backup', importance: 'Low' },
      { dryRun: true },
    );
    expect(await ofApp('Backup')).toMatchObject({ name: 'High' });
  });
});
