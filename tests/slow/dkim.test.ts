// DKIM with another implementation: it signs with the key of a domain, and verifies with the record in the zone.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Installation } from '../support/installation.ts';
import { itWith } from '../support/require-tool.ts';

/** Prints whether the message verifies as it is, and with another body. */
const PROGRAM = `
import dkim, json, sys
given = json.load(sys.stdin)
message = given['message'].encode()
signature = dkim.sign(message, b'default', given['domain'].encode(), given['pem'].encode())
asked = []
def answer(name, timeout=5):
    asked.append(name.decode() if isinstance(name, bytes) else name)
    return given['record'].encode()
print(json.dumps([
    dkim.verify(signature + message, dnsfunc=answer),
    dkim.verify(signature + message + b'more', dnsfunc=answer),
    sorted(set(asked)),
]))
`;

itWith(['python3-dkim'], 'python3-dkim verifies mail that is signed with the key of a domain', async () => {
  const here = new Installation();
  try {
    const domain = 'bob.example';
    await here.call('createacct', { username: 'bob', domain, dkim: '0' });
    expect((await here.call('enable_dkim', { domain })).metadata.result).toBe(1);
    const { data } = await here.call('fetch_dkim_private_keys', { domain });
    const [{ pem }] = data?.payload as unknown as [{ pem: string }];
    const zone = readFileSync(join(here.state, `root/var/lib/bind/whmapi1/${domain}.db`), 'utf8');
    const line = zone.split('\n').find((one) => one.startsWith(`default._domainkey.${domain}.\t`)) ?? '';
    const record = [...line.matchAll(/"([^"]*)"/g)].map(([, string]) => string).join('');
    const message = `From: bob@${domain}\r\nTo: eve@eve.example\r\nSubject: hello\r\n\r\nHello\r\n`;
    const input = JSON.stringify({ domain, pem, record, message });
    const { stdout, stderr } = spawnSync('/usr/bin/python3', ['-c', PROGRAM], { input, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([true, false, [`default._domainkey.${domain}.`]]);
  } finally {
    here.remove();
  }
});
