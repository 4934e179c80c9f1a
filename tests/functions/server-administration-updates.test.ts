// Says whether a newer version is available, and the licence. tests/functions/updates-tiers.test.ts has the repositories.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../../package.json';
import { writeRepositories } from '../support/apt-tree.ts';
import { Installation, reseller } from '../support/installation.ts';
import { itWith } from '../support/require-tool.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

describe('get_update_availability', () => {
  itWith(['apt-cache'], 'compares the version that runs if no package is installed', async () => {
    writeRepositories(join(here.state, 'root'), [{ suite: 'current', packages: { whmapi1: ['99.1'] } }]);
    expect((await here.call('get_update_availability')).data).toEqual({
      ...{ current_version: version, newest_version: '99.1', tier: 'current', update_available: 1 },
    });
  });

  it('fails if neither apt nor npm has the program', async () => {
    const { metadata } = await here.call('get_update_availability');
    expect(metadata.error_code).toBe('not_found');
    expect(metadata.reason).toMatch(/^Neither apt nor npm has a package “whmapi1” on this server/);
  });

  it('is for root', async () => {
    const { metadata } = await here.call('get_update_availability', {}, { as: reseller('rita') });
    expect(metadata.error_code).toBe('denied');
  });
});

describe('run_cpkeyclt', () => {
  it('says that the licence is valid, and returns its text', async () => {
    const { metadata, data } = await here.call('run_cpkeyclt');
    expect([metadata.result, data]).toEqual([1, undefined]);
    expect(metadata.output?.raw).toBe(readFileSync('LICENSE', 'utf8').trimEnd());
    expect(metadata.output?.messages).toEqual([
      'The licence is valid: this program is free software, and needs no key.',
    ]);
  });

  it('is for root', async () => {
    const { metadata } = await here.call('run_cpkeyclt', {}, { as: reseller('rita') });
    expect(metadata.error_code).toBe('denied');
  });
});

describe('purchase_a_license', () => {
  const args = { login_token: 'S3cr3t', provider: 'cpanelstore', url_after_checkout: 'https://a.example' };

  it('fails, because there is nothing to buy', async () => {
    const { metadata } = await here.call('purchase_a_license', args);
    expect(metadata).toMatchObject({
      error_code: 'disabled',
      reason:
        'There is nothing to buy: this program is free software under the MIT licence. The command run_cpkeyclt shows it.',
    });
    expect(readFileSync(join(here.state, 'audit.log'), 'utf8')).not.toContain('S3cr3t');
  });

  it('is for root', async () => {
    const { metadata } = await here.call('purchase_a_license', args, { as: reseller('rita') });
    expect(metadata.error_code).toBe('denied');
  });
});
