import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
  mkdirSync(join(here.state, 'root/etc'), { recursive: true });
});
afterEach(() => here.remove());
const path = () => join(here.state, 'root/etc/resolv.conf');

describe('setresolvers', () => {
  it('replaces the nameservers and keeps the other lines', async () => {
    writeFileSync(path(), '# Mine.\nsearch example.com\nnameserver 192.0.2.9\noptions rotate\n');
    const { metadata } = await here.call('setresolvers', {
      nameserver1: '192.0.2.53',
      nameserver2: '2001:DB8:0::53',
    });
    expect(metadata).toMatchObject({
      result: 1,
      reason: 'Your resolvers have been setup!',
      output: { messages: ['Listed in order they are: 192.0.2.53, 2001:db8::53'] },
    });
    expect(readFileSync(path(), 'utf8')).toBe(
      '# Mine.\nsearch example.com\noptions rotate\nnameserver 192.0.2.53\nnameserver 2001:db8::53\n',
    );
  });

  it.each(['127.0.0.1', '127.0.0.2', '::1', '192.0.2.10'])(
    'refuses %s, where the zones of customers would answer',
    async (nameserver1) => {
      here.addresses = ['192.0.2.10'];
      const { metadata } = await here.call('setresolvers', { nameserver1, nameserver2: '192.0.2.53' });
      expect(metadata).toMatchObject({ result: 0, error_code: 'bad_param' });
      expect(metadata.reason).toContain('They could steer the lookups of the server itself.');
      expect(existsSync(path())).toBe(false);
    },
  );

  it('accepts the stub of systemd-resolved, and warns about it', async () => {
    const { metadata } = await here.call('setresolvers', {
      nameserver1: '127.0.0.53',
      nameserver2: '192.0.2.53',
    });
    expect(metadata.output?.warnings).toHaveLength(1);
  });

  it('warns about a resolver on a server without zones', async () => {
    here.isMachine = true;
    const { metadata } = await here.call('setresolvers', {
      nameserver1: '127.0.0.1',
      nameserver2: '192.0.2.53',
    });
    expect(metadata.output?.warnings).toHaveLength(1);
    expect(readFileSync(path(), 'utf8')).toBe('nameserver 127.0.0.1\nnameserver 192.0.2.53\n');
  });

  it('shows the difference in a dry run, and changes nothing', async () => {
    const args = { nameserver1: '192.0.2.53', nameserver2: '192.0.2.54' };
    const { metadata } = await here.call('setresolvers', args, { dryRun: true });
    expect(metadata.output?.messages).toContain('+nameserver 192.0.2.54');
    expect(existsSync(path())).toBe(false);
  });

  it('does not follow a symbolic link', async () => {
    const target = join(here.directory, 'stub');
    writeFileSync(target, 'nameserver 192.0.2.9\n');
    symlinkSync(target, path());
    const args = { nameserver1: '192.0.2.53', nameserver2: '192.0.2.54' };
    const { metadata } = await here.call('setresolvers', args);
    expect(metadata).toMatchObject({ result: 0, error_code: 'host_failed' });
    expect(metadata.reason).toContain('/etc/resolv.conf');
    expect(readFileSync(target, 'utf8')).toBe('nameserver 192.0.2.9\n');
  });

  it.each<[Record<string, Json>, string]>([
    [{ nameserver1: '192.0.2.53' }, 'nameserver2'],
    [{ nameserver1: '192.0.2.53', nameserver2: 'ns.example.com' }, '“nameserver2” should be an IP address'],
    [{ nameserver1: '192.0.2.53', nameserver2: '192.0.2.5\nsearch x' }, 'nameserver2'],
    [{ nameserver1: '192.0.2.53', nameserver2: '192.0.2.53' }, 'Do not repeat a resolver.'],
  ])('rejects %j', async (args, reason) => {
    const { metadata } = await here.call('setresolvers', args);
    expect(metadata.result).toBe(0);
    expect(metadata.reason).toContain(reason);
    expect(existsSync(path())).toBe(false);
  });

  it('is for root only', async () => {
    const args = { nameserver1: '192.0.2.53', nameserver2: '192.0.2.54' };
    const { metadata } = await here.call('setresolvers', args, { as: reseller('rita', 'ns-config') });
    expect(metadata.error_code).toBe('denied');
  });
});
