// A login on the page of a booted Debian through an identity provider: the package oidc-provider, in its network.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { installedRoot } from './prepared-roots.ts';

interface Envelope {
  readonly metadata: { readonly result: number; readonly reason: string };
}

const CERTIFICATE = '/etc/provider.pem';
const KEY = '/etc/provider.key';

describeOnMachine('a login through an identity provider', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await installedRoot());
    machine.install('openssl');
    // The server trusts the certificate of the provider.
    machine.sh(`openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=provider \\
      -addext subjectAltName=IP:127.0.0.1 -keyout ${KEY} -out ${CERTIFICATE} 2>&1
      echo NODE_EXTRA_CA_CERTS=${CERTIFICATE} >>/etc/default/whmapi1
      systemctl restart whmapi1d`);
  });
  afterAll(() => machine.stop());

  function works(name: string, ...words: string[]): void {
    const { stdout } = machine.run('whmapi1', ['--output=json', name, ...words], {
      env: { NODE_EXTRA_CA_CERTS: CERTIFICATE },
    });
    const { metadata } = JSON.parse(stdout) as Envelope;
    expect([name, metadata.result, metadata.reason]).toEqual([name, 1, 'OK']);
  }

  it('begins a session, with which root calls functions', async () => {
    const browser = spawn(
      'nsenter',
      [
        `--net=/proc/${machine.pid}/ns/net`,
        ...[process.execPath, '--import', 'tsx', resolve(__dirname, 'openid-browser.ts')],
        ...[machine.path(CERTIFICATE), machine.path(KEY)],
      ],
      {
        // The certificate of whmapi1d is self-signed.
        env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0' },
        stdio: ['pipe', 'pipe', 'inherit'],
        detached: true,
      },
    );
    try {
      const lines = createInterface({ input: browser.stdout })[Symbol.asyncIterator]();
      const issuer = (await lines.next()).value as string;
      const about = ['provider_id=staff', 'service_name=whostmgrd'];
      const configurations = { client_id: 'whm', client_secret: 'victoria', issuer };
      works(
        'set_provider_client_configurations',
        ...about,
        `configurations=${JSON.stringify(configurations)}`,
      );
      works('enable_authentication_provider', ...about);
      works(
        'link_user_authn_provider',
        ...['username=root', 'provider_id=staff', 'subject_unique_identifier=alice'],
        'preferred_username=alice',
      );
      browser.stdin.write('log in\n');
      const told = JSON.parse((await lines.next()).value as string) as Record<string, unknown>;
      expect(told).toEqual({
        begun: 303,
        status: 200,
        location: expect.stringMatching(/^\/cpsess\d{10}\/$/) as string,
        answer: expect.stringMatching(/"all":1/) as string,
      });
    } finally {
      // The provider is a child of the browser.
      if (browser.exitCode === null && browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL');
    }
  });
});
