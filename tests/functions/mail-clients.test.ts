// What mail programs need to know of a mailbox.
import { spawnSync } from 'node:child_process';
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
  await here.uapi('bob', 'Email::add_pop', { email: 'sales', password });
});
afterAll(() => here.remove());

describe('generate_mobileconfig', () => {
  const generate = (args: Record<string, string>) =>
    here.call('generate_mobileconfig', { use_ssl: '1', ...args });

  it('needs the certificate of the server', async () => {
    const { metadata } = await generate({ account: 'sales@bob.example' });
    expect(metadata).toMatchObject({ result: 0, error_code: 'host_failed' });
  });

  it('creates a profile that the server’s certificate signs', async () => {
    const reset = await here.call('reset_service_ssl_certificate', { service: 'cpanel' });
    expect(reset.metadata.reason).toBe('OK');
    const { data } = await generate({ account: 'sales@bob.example', selected_account_services: 'email' });
    const input = Buffer.from(data?.payload as string, 'base64');
    const verified = spawnSync('openssl', ['cms', '-verify', '-noverify', '-inform', 'DER'], { input });
    expect(verified.stderr.toString()).toContain('successful');
    const profile = verified.stdout.toString();
    expect(spawnSync('xmllint', ['--nonet', '--noout', '-'], { input: profile }).status).toBe(0);
    for (const [key, value] of [
      ['EmailAddress', '<string>sales@bob.example</string>'],
      ['IncomingMailServerHostName', '<string>server.example.com</string>'],
      ['IncomingMailServerPortNumber', '<integer>993</integer>'],
      ['OutgoingMailServerPortNumber', '<integer>465</integer>'],
      ['OutgoingMailServerUsername', '<string>sales@bob.example</string>'],
    ])
      expect(profile).toContain(`<key>${key}</key>${value}`);
    const signer = spawnSync('openssl', ['pkcs7', '-inform', 'DER', '-print_certs', '-noout'], { input });
    expect(signer.stdout.toString()).toContain('server.example.com');
    // The same IDs, so that a device replaces the profile.
    const again = await generate({ account: 'sales@bob.example' });
    const second = spawnSync('openssl', ['cms', '-verify', '-noverify', '-inform', 'DER'], {
      input: Buffer.from(again.data?.payload as string, 'base64'),
    });
    expect(second.stdout.toString()).toBe(profile);
    expect(profile).not.toContain('PRIVATE KEY');
  });

  it.each([
    [{ account: 'other@bob.example' }, 'You do not have a mailbox'],
    [{ account: 'bob', use_ssl: '0' }, 'TLS only'],
    [{ account: 'bob', selected_account_services: 'caldav' }, 'without “email” is empty'],
    [{ account: 'bob', selected_account_services: 'email,x' }, 'should have only'],
  ])('refuses %j', async (args, reason) => {
    expect((await generate(args)).metadata.reason).toContain(reason);
  });
});
