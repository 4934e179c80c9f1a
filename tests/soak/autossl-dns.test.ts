// AutoSSL validates by DNS: pebble asks the nameserver of the sandbox, which serves this program’s own zones.
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { namesOf } from '../support/autossl.ts';
import { call, freshFolder, run } from '../support/command.ts';
import { Pebble } from '../support/pebble.ts';
import { describeWith } from '../support/require-tool.ts';
import { SandboxServices } from '../support/sandbox-services.ts';

describeWith(['pebble', 'pebble-challtestsrv', 'named', 'dig'], 'AutoSSL', () => {
  const folder = freshFolder();
  let services: SandboxServices;
  let pebble: Pebble;
  beforeEach(async () => {
    services = await SandboxServices.start({ state: folder.state });
    pebble = new Pebble({ dnsServer: `127.0.0.1:${services.port}` });
    await pebble.start();
    pebble.challenges.add(join(folder.state, 'root/var/lib/whmapi1-acme'));
  });
  afterEach(async () => {
    await pebble.stop();
    await services.end();
  });

  async function ok(...words: string[]): Promise<unknown> {
    const { metadata, data } = await call(words, { state: folder.state, env: pebble.environment });
    expect([words[0], metadata.result === 1 ? '' : metadata.reason]).toEqual([words[0], '']);
    return data;
  }
  async function lines(): Promise<string> {
    const { payload } = (await ok('get_autossl_logs_catalog')) as { payload: [{ start_time: string }] };
    const log = await ok('get_autossl_log', `start_time=${payload[0].start_time}`);
    const { payload: rows } = log as { payload: readonly { type: string; contents: string }[] };
    return rows.map(({ type, contents }) => `${type} ${contents}`).join('\n');
  }
  /** What the web server reads for a site. */
  function installed(servername: string): X509Certificate {
    const sites = join(folder.state, 'root/etc/ssl/whmapi1/sites');
    const name = readdirSync(sites).find((one) => one.startsWith(`${servername}-`)) ?? '';
    const text = readFileSync(join(sites, name), 'utf8');
    return new X509Certificate(text.slice(text.indexOf('-----BEGIN CERT')));
  }

  it('gets a certificate with a wildcard, which new subdomains use at once', async () => {
    const { ip } = (await ok('listips')) as { ip: [{ ip: string }] };
    await ok('set_tweaksetting', 'module=Basic', 'key=NS', 'value=ns1.host.example');
    await ok('adddns', 'domain=host.example', `ip=${ip[0].ip}`);
    await ok('set_tweaksetting', 'key=proxysubdomains', 'value=0');
    await ok('createacct', 'username=bob', 'domain=bob.example');
    await ok('create_subdomain', 'domain=*.bob.example', 'document_root=public_html/all');
    const { payload } = (await ok('get_autossl_providers')) as { payload: [{ x_terms_of_service: string }] };
    // The command line decodes percent signs.
    const terms = payload[0].x_terms_of_service.replaceAll('%', '%25');
    await ok('set_autossl_provider', 'provider=LetsEncrypt', `x_terms_of_service_accepted=${terms}`);
    const check = async () => {
      await ok('start_autossl_check_for_one_user', 'username=bob');
      await run(['--run-tasks'], { state: folder.state, env: pebble.environment });
      return lines();
    };
    expect(await check()).toContain('success A certificate for *.bob.example was installed.');
    const wildcard = installed('_wildcard_.bob.example');
    expect(namesOf(wildcard)).toEqual(['*.bob.example']);
    expect(wildcard.issuer).toContain('Pebble');
    // The record is gone again.
    expect(services.dig('_acme-challenge.bob.example', 'TXT')).toBe('');

    await ok('create_subdomain', 'domain=shop.bob.example', 'document_root=public_html/shop');
    expect(installed('shop.bob.example').fingerprint256).toBe(wildcard.fingerprint256);
    await ok('add_autossl_user_excluded_domains', 'username=bob', 'domain=www.shop.bob.example');
    // It is still AutoSSL’s own, which it renews.
    const log = await check();
    expect(log).toContain('shop.bob.example: The certificate is valid until');
    expect(log).not.toMatch(/Somebody else|Ordering/);
  });
});
