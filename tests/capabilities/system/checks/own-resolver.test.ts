// The check of --doctor that finds a server which asks its own nameserver.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Terminal } from '../../../support/terminal.ts';

let terminal: Terminal;
beforeEach(() => {
  terminal = new Terminal();
});
afterEach(() => terminal.remove());

async function findingFor(configuration: string): Promise<string> {
  await terminal.run('listaccts');
  const etc = join(terminal.environment.WHMAPI1_STATE_DIR ?? '', 'root/etc');
  mkdirSync(etc, { recursive: true });
  writeFileSync(join(etc, 'resolv.conf'), configuration);
  const { stdout } = await terminal.run('--doctor');
  return /^.*Resolvers(?:.*\n {3,})*.*$/m.exec(stdout)?.[0].replaceAll(/\s+/g, ' ') ?? stdout;
}

it.each(['nameserver 127.0.0.1\n', 'search example.com\n nameserver ::1\n'])(
  'reports %j',
  async (configuration) => {
    const finding = await findingFor(configuration);
    expect(finding).toContain('This server uses its own nameserver for its lookups (“');
    expect(finding).toContain('setresolvers');
  },
);

it.each(['nameserver 127.0.0.53\n', 'nameserver 192.0.2.53\n# nameserver 127.0.0.1\n', ''])(
  'accepts %j',
  async (configuration) => {
    expect(await findingFor(configuration)).toContain(
      'The zones of customers do not answer the lookups of this server.',
    );
  },
);
