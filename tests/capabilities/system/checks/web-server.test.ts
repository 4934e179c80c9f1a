// The checks of --doctor for a web server, on a machine of which only the tools and the ports are not real.
import { createServer, type Server } from 'node:net';
import phpCgi from '../../../../src/capabilities/php/checks/php-cgi.ts';
import serviceSubdomains from '../../../../src/capabilities/domains/checks/service-subdomains.ts';
import type { Check, Subject } from '../../../../src/ground/doctor/check.ts';
import { Installation } from '../../../support/installation.ts';
import { installCgi, installPhp } from '../../../support/php.ts';

/** A loopback address that no other test uses, so that its ports are free. */
const ADDRESS = '127.83.20.87';

let here: Installation;
let open: Server[];
let programs: string[];
beforeEach(async () => {
  here = new Installation();
  here.addresses = [ADDRESS];
  open = [];
  programs = [];
  await succeed('createacct', { username: 'bob', domain: 'bob.example' });
});
afterEach(async () => {
  for (const server of open) await new Promise((done) => server.close(done));
  here.remove();
});

async function succeed(command: string, args: Readonly<Record<string, string>>) {
  const { metadata } = await here.call(command, args);
  expect([command, metadata.result === 1 ? '' : metadata.reason]).toEqual([command, '']);
}

async function listen(port: number) {
  const server = createServer((socket) => socket.destroy());
  open.push(server);
  await new Promise<void>((done, fail) => {
    server.once('error', fail).listen(port, ADDRESS, done);
  });
}

/** The findings, as `severity message`, and the commands. */
async function findings(check: Check, serverAddress = 'https://0.0.0.0:2087') {
  const { machine, store } = here.engine;
  const found = await store.transaction('reads', async (db) => {
    const subject = {
      isSandbox: false,
      machine: { ...machine, system: machine.system, tools: () => Promise.resolve({ find }) },
      store: () => Promise.resolve({ isCurrent: true, db }),
      servers: () => (serverAddress === '' ? [] : [{ role: 'whmapi1d', addresses: [serverAddress] }]),
    };
    return { value: await check.run(subject as unknown as Subject), keep: false };
  });
  return found.map(({ severity, message, command }) => ({ text: `${severity} ${message}`, command }));
}

const find = (pattern: RegExp) => Promise.resolve(programs.filter((name) => pattern.test(name)));
const textsOf = (list: readonly { text: string }[]) => list.map(({ text }) => text);

describe('the ports to which service subdomains redirect', () => {
  it('must answer at the address of the account', async () => {
    const [finding, ...others] = await findings(serviceSubdomains);
    expect(textsOf(others)).toEqual([
      expect.stringMatching(/^warning “webmail\.bob\.example” redirects to port 2096, /),
    ]);
    expect(finding?.text).toMatch(
      /^warning “cpanel\.bob\.example” redirects to port 2083, but nothing answers there at 127\.83\.20\.87\. /,
    );
    expect(finding?.text).toContain('WHMAPI1D_BIND in /etc/default/whmapi1');
    for (const port of [2083, 2096]) await listen(port);
    expect(textsOf(await findings(serviceSubdomains))).toEqual([
      'ok Clients of cpanel.bob.example find port 2083 at 127.83.20.87.',
      'ok Clients of webmail.bob.example find port 2096 at 127.83.20.87.',
    ]);
  });

  it('are those of WHM, too, if there is a reseller, and each is looked at once', async () => {
    for (const port of [2083, 2096]) await listen(port);
    await succeed('createacct', { username: 'ann', domain: 'ann.example' });
    await succeed('setupreseller', { user: 'bob' });
    expect(textsOf(await findings(serviceSubdomains))).toEqual([
      expect.stringMatching(/^ok .* 2083 /),
      expect.stringMatching(/^ok .* 2096 /),
      expect.stringMatching(/^warning “whm\.bob\.example” redirects to port 2087, /),
    ]);
  });

  it.each(['https://127.0.0.1:2087', 'https://[::1]:2087', 'https://localhost:2087'])(
    'are one note with the command that opens the server, if it listens only at %s',
    async (address) => {
      await succeed('setupreseller', { user: 'bob' });
      const [finding, ...others] = await findings(serviceSubdomains, address);
      expect(others).toEqual([]);
      expect(finding?.text).toMatch(
        /^note The API server accepts only local connections, so clients cannot use names such as “cpanel\.bob\.example” /,
      );
      expect(finding?.command).toBe(
        'echo WHMAPI1D_BIND=0.0.0.0 >>/etc/default/whmapi1 && systemctl restart whmapi1d',
      );
    },
  );

  it('are not looked at if nothing leads there, or the server is not running', async () => {
    expect(textsOf(await findings(serviceSubdomains, ''))).toEqual([
      'note Not checked, because the API server is not running.',
    ]);
    await succeed('set_tweaksetting', { key: 'proxysubdomains', value: '0' });
    expect(textsOf(await findings(serviceSubdomains))).toEqual(['ok No account has service subdomains.']);
  });
});

describe('the programs of PHP by CGI', () => {
  beforeEach(async () => {
    installPhp(here, '8.4');
    installCgi(here, '8.4');
    await succeed('php_set_handler', { version: 'ea-php84', handler: 'cgi' });
  });
  const use = (usesFpm: string) =>
    succeed('php_set_vhost_versions', { version: 'ea-php84', vhost: 'bob.example', php_fpm: usesFpm });

  it('must be installed while a website uses them', async () => {
    expect(textsOf(await findings(phpCgi))).toEqual([
      'ok The programs of 0 websites that run PHP by CGI are installed.',
    ]);
    await use('0');
    expect(await findings(phpCgi)).toEqual([
      {
        text: 'problem “php-cgi8.4” is not installed. PHP fails in the websites that use it: “bob.example”.',
        command: 'apt-get install php8.4-cgi',
      },
    ]);
    programs = ['php-cgi8.3', 'php-cgi8.4', 'php-cgi'];
    expect(textsOf(await findings(phpCgi))).toEqual([
      'ok The programs of 1 website that run PHP by CGI are installed.',
    ]);
    programs = [];
    await succeed('suspendacct', { user: 'bob' });
    expect(textsOf(await findings(phpCgi))).toEqual([expect.stringMatching(/^ok /)]);
  });
});
